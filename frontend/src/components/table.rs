//! Plain tables of text, readable on narrow screens too.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TableProps {
    /// What the table is, for screen readers.
    pub label: AttrValue,
    pub columns: Vec<AttrValue>,
    /// Rows of as many cells as there are columns.
    pub rows: Vec<Vec<Html>>,
}

/// A table. On a narrow screen every row is a block and every cell names its column.
#[component]
pub fn Table(props: &TableProps) -> Html {
    html! {
        <table class="plain-table" aria-label={props.label.clone()}>
            <thead><tr>for column in &props.columns { <th scope="col">{ column }</th> }</tr></thead>
            <tbody>
                for row in &props.rows {
                    <tr>
                        for (column, cell) in props.columns.iter().zip(row) {
                            <td data-column={column.clone()}>{ cell.clone() }</td>
                        }
                    </tr>
                }
            </tbody>
        </table>
    }
}
