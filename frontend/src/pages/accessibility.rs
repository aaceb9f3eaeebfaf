//! *Tilgængelighedserklæring*: how far everybody can use the page, in the order of the model statement (Commission
//! Implementing Decision (EU) 2018/1523, annex).

use yew::prelude::*;
use yew_router::prelude::*;

use crate::route::Route;
use crate::text::accessibility;

/// The statement.
#[component]
pub fn Accessibility() -> Html {
    html! {
        <article class="page statement">
            <h1>{ accessibility::TITLE }</h1>
            for paragraph in accessibility::LEAD {
                <p>{ paragraph }</p>
            }
            for (heading, paragraphs) in accessibility::PARTS {
                <>
                    <h2>{ heading }</h2>
                    for paragraph in paragraphs {
                        <p>{ paragraph }</p>
                    }
                </>
            }
            <h2>{ accessibility::KNOWN }</h2>
            <ul>
                for barrier in accessibility::BARRIERS {
                    <li>{ barrier }</li>
                }
            </ul>
            <p><Link<Route> to={Route::Home}>{ accessibility::BACK }</Link<Route>></p>
        </article>
    }
}
