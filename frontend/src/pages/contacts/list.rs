//! The rows of the list: a grid in which the arrows move, Enter opens, and Shift+F10 shows the menu.

use openapi::party::Party;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, MouseEvent};
use yew::prelude::*;

use crate::components::masked::Masked;
use crate::components::protection::badges;
use crate::components::tabs::focus;
use crate::form::identity;
use crate::text;

/// Where the context menu was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MenuAt {
    /// Of which row.
    pub party: Uuid,
    /// Where on the screen.
    pub place: (i32, i32),
}

#[derive(Properties, PartialEq)]
pub struct ListProps {
    pub parties: Vec<Party>,
    pub selected: Option<Uuid>,
    pub on_select: Callback<Uuid>,
    pub on_open: Callback<Uuid>,
    pub on_menu: Callback<MenuAt>,
}

/// The list.
#[component]
pub fn List(props: &ListProps) -> Html {
    let place = props.selected.and_then(|id| props.parties.iter().position(|party| party.id == id));
    let onkeydown = {
        let ids: Vec<Uuid> = props.parties.iter().map(|party| party.id).collect();
        let (on_select, on_open, on_menu) = (props.on_select.clone(), props.on_open.clone(), props.on_menu.clone());
        move |event: KeyboardEvent| {
            let Some(last) = ids.len().checked_sub(1) else { return };
            let here = place.unwrap_or(0);
            let target = match event.key().as_str() {
                "ArrowDown" => place.map_or(0, |place| (place + 1).min(last)),
                "ArrowUp" => here.saturating_sub(1),
                "PageDown" => (here + 10).min(last),
                "PageUp" => here.saturating_sub(10),
                "Home" => 0,
                "End" => last,
                "Enter" => {
                    event.prevent_default();
                    on_open.emit(ids[here]);
                    return;
                }
                " " => here,
                "ContextMenu" => {
                    event.prevent_default();
                    on_menu.emit(at_row(ids[here]));
                    return;
                }
                "F10" if event.shift_key() => {
                    event.prevent_default();
                    on_menu.emit(at_row(ids[here]));
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            on_select.emit(ids[target]);
            focus(&row_id(ids[target]));
        }
    };
    html! {
        <table class="list" role="grid" aria-label={text::list::TABLE} {onkeydown}>
            <thead>
                <tr>
                    <th scope="col">{ text::list::NAME }</th>
                    <th scope="col">{ text::list::NUMBER }</th>
                    <th scope="col">{ text::list::ADDRESS }</th>
                    <th scope="col">{ text::list::STATE }</th>
                </tr>
            </thead>
            <tbody>
                for (index, party) in props.parties.iter().enumerate() {
                    { row(props, party, index == place.unwrap_or(0)) }
                }
            </tbody>
        </table>
    }
}

/// The id of a party's row on the page.
pub fn row_id(party: Uuid) -> String {
    format!("party-row-{party}")
}

fn row(props: &ListProps, party: &Party, in_tab_order: bool) -> Html {
    let id = party.id;
    let is_selected = props.selected == Some(id);
    let oncontextmenu = {
        let on_menu = props.on_menu.clone();
        move |event: MouseEvent| {
            event.prevent_default();
            on_menu.emit(MenuAt { party: id, place: (event.client_x(), event.client_y()) });
        }
    };
    html! {
        <tr key={id.to_string()} id={row_id(id)} tabindex={if in_tab_order { "0" } else { "-1" }}
            aria-selected={is_selected.to_string()} onclick={props.on_select.reform(move |_| id)}
            ondblclick={props.on_open.reform(move |_| id)} {oncontextmenu}>
            <td class="list-name">{ if party.name.is_empty() { text::party::UNNAMED } else { party.name.as_str() } }</td>
            <td class="list-number"><Masked text={identity::number(party)} /></td>
            <td class="list-address">{ identity::address_or_reason(party) }</td>
            <td class="list-state">{ badges(party) }</td>
        </tr>
    }
}

/// Just below the beginning of a row.
fn at_row(party: Uuid) -> MenuAt {
    let page = web_sys::window().and_then(|window| window.document());
    let row =
        page.and_then(|page| page.get_element_by_id(&row_id(party))).and_then(|row| row.dyn_into::<HtmlElement>().ok());
    let place = row.map_or((0, 0), |row| {
        let edges = row.get_bounding_client_rect();
        (edges.left() as i32 + 24, edges.bottom() as i32)
    });
    MenuAt { party, place }
}
