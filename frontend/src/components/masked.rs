//! Personal numbers on paper (CPR Act § 54: never wholly legible on the outside of a letter, never published): on screen they
//! stand whole, in print without the last four digits, unless the paper says otherwise by its class `whole-numbers`.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MaskedProps {
    pub text: AttrValue,
}

/// A text in which whatever looks like a personal number is masked in print.
#[component]
pub fn Masked(props: &MaskedProps) -> Html {
    html! {
        <>
            for part in parts(&props.text) {
                { match part {
                    Part::Text(text) => html! { text.to_owned() },
                    Part::Number(number) => html! {
                        <><span class="on-screen">{ number.to_owned() }</span><span class="on-paper">{ masked(number) }</span></>
                    },
                } }
            }
        </>
    }
}

#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Number(&'a str),
}

/// Cuts a text at everything that looks like a personal number: six digits, perhaps a hyphen or a blank, four digits, and no
/// digit on either side.
fn parts(text: &str) -> Vec<Part<'_>> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let (mut parts, mut done, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let begins = is_digit(at) && (at == 0 || !is_digit(at - 1));
        match begins.then(|| length(&bytes[at..])).flatten() {
            Some(length) => {
                if done < at {
                    parts.push(Part::Text(&text[done..at]));
                }
                parts.push(Part::Number(&text[at..at + length]));
                at += length;
                done = at;
            }
            None => at += 1,
        }
    }
    if done < text.len() {
        parts.push(Part::Text(&text[done..]));
    }
    parts
}

/// How long the number is with which these bytes begin.
fn length(bytes: &[u8]) -> Option<usize> {
    let are_digits = |part: Option<&[u8]>| part.is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let gap = usize::from(matches!(bytes.get(6), Some(b'-' | b' ')));
    let end = 6 + gap + 4;
    let is_number = are_digits(bytes.get(..6)) && are_digits(bytes.get(6 + gap..end));
    (is_number && !bytes.get(end).is_some_and(u8::is_ascii_digit)).then_some(end)
}

fn masked(number: &str) -> String {
    format!("{}-xxxx", &number[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_personal_number_is_masked_wherever_it_stands() {
        assert_eq!(parts("070761-4285"), [Part::Number("070761-4285")]);
        assert_eq!(parts("0707614285"), [Part::Number("0707614285")]);
        assert_eq!(
            parts("Mor: Åse, 070761 4285, og 0909610036."),
            [
                Part::Text("Mor: Åse, "),
                Part::Number("070761 4285"),
                Part::Text(", og "),
                Part::Number("0909610036"),
                Part::Text("."),
            ]
        );
        assert_eq!(masked("0707614285"), "070761-xxxx");
    }

    #[test]
    fn other_digits_stay() {
        for text in ["", "23-11-2026 10:00", "12345678", "12345678901", "2026-1001", "070761-42851", "æøå 12"] {
            assert!(parts(text).iter().all(|part| matches!(part, Part::Text(_))), "{text}");
        }
    }
}
