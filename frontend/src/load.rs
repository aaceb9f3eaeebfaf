//! Something that is fetched when a page needs it.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::ApiError;

/// Something on its way from the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// Not here yet.
    Loading,
    /// It will not come by itself.
    Failed(ApiError),
    /// Here.
    Ready(T),
}

/// A loaded value, and the way to load it again.
pub struct Loaded<T> {
    /// The value, or why it is not here.
    pub state: UseStateHandle<Load<T>>,
    /// Loads again.
    pub reload: Callback<()>,
}

/// Loads when the page appears and whenever `on` changes. An answer to an earlier question is dropped. While a value is
/// loaded again, the old one stays.
#[hook]
pub fn use_load<T, D, Fut>(on: D, load: impl Fn(&D) -> Fut + 'static) -> Loaded<T>
where
    T: 'static,
    D: PartialEq + Clone + 'static,
    Fut: Future<Output = Result<T, ApiError>> + 'static,
{
    let state = use_state(|| Load::Loading);
    let round = use_state(|| 0_u32);
    {
        let set = state.setter();
        use_effect_with((on, *round), move |(on, _)| {
            let answer = load(on);
            let wanted = Wanted::new();
            let still = wanted.clone();
            spawn_local(async move {
                let answer = answer.await;
                if still.is_wanted() {
                    set.set(answer.map_or_else(Load::Failed, Load::Ready));
                }
            });
            move || wanted.drop_it()
        });
    }
    let reload = Callback::from(move |()| round.set(*round + 1));
    Loaded { state, reload }
}

/// Whether somebody still waits for an answer.
#[derive(Clone)]
pub struct Wanted(Rc<Cell<bool>>);

impl Wanted {
    /// Somebody waits.
    pub fn new() -> Wanted {
        Wanted(Rc::new(Cell::new(true)))
    }

    /// Nobody waits any more.
    pub fn drop_it(&self) {
        self.0.set(false);
    }

    /// Whether somebody still waits.
    pub fn is_wanted(&self) -> bool {
        self.0.get()
    }
}
