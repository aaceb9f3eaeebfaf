//! Random lives: whatever happens, the files tell the customer of everybody who is followed, and of nobody else.

use std::collections::BTreeMap;

use cpr::direkte::DirekteClient;
use cpr_simulator::LifeEvent;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;

/// What may happen between two files.
#[derive(Debug, Clone)]
enum Step {
    Follow(usize),
    Unfollow(usize),
    Life(LifeEvent, usize, usize),
    Deliver,
}

/// A married couple, two who are divorced from each other, and five more.
const PEOPLE: [&str; 9] = [
    "0701614011",
    "0709614118",
    "0307610078",
    "0707614285",
    "0702614147",
    "0709614452",
    "0701614038",
    "0702614074",
    "0708614335",
];

fn step() -> impl Strategy<Value = Step> {
    use LifeEvent::*;
    let event = prop_oneof![
        Just(Move),
        Just(Rename),
        Just(Marry),
        Just(HaveChild),
        Just(Protect),
        Just(Unprotect),
        Just(Emigrate),
        Just(Disappear),
        Just(Die),
        Just(Renumber),
        Just(DoubleNumber),
    ];
    let someone = 0..PEOPLE.len();
    prop_oneof![
        3 => someone.clone().prop_map(Step::Follow),
        1 => someone.clone().prop_map(Step::Unfollow),
        6 => (event, someone.clone(), someone).prop_map(|(event, one, other)| Step::Life(event, one, other)),
        2 => Just(Step::Deliver),
    ]
}

/// The records without the events, which are of one night.
fn state(person: &PersonRecords) -> Vec<String> {
    person.to_text().lines().filter(|line| !line.starts_with("099")).map(str::to_owned).collect()
}

async fn now(client: &DirekteClient, number: PersonalNumber) -> Vec<String> {
    state(&client.read(number).await.unwrap().person().unwrap())
}

async fn live(steps: Vec<Step>) {
    let line = Line::open();
    let client = line.client();
    let mut told: BTreeMap<PersonalNumber, Vec<String>> = BTreeMap::new();
    for step in steps.into_iter().chain([Step::Deliver]) {
        match step {
            Step::Follow(one) => client.subscribe_only(number(PEOPLE[one])).await.unwrap(),
            Step::Unfollow(one) => client.unsubscribe(number(PEOPLE[one])).await.unwrap(),
            // Much is refused: nothing happens to the dead.
            Step::Life(event, one, other) => drop(line.simulator.happen(event, number(PEOPLE[one]), PEOPLE[other])),
            Step::Deliver => {
                let before = line.simulator.night().followed();
                let file = line.deliver();
                let followed = line.simulator.night().followed();
                for person in &file.persons {
                    let number = person.personal_number().unwrap();
                    // A changed number comes one last time, when its subscription has moved already.
                    let is_left = field(person, "001", "STATUS") == "60";
                    assert!(is_left || before.contains(&number) || followed.contains(&number), "nobody follows them");
                    told.insert(number, state(person));
                }
                for receipt in &file.scan.receipts {
                    assert!(!followed.contains(&receipt.number.unwrap()));
                }
                for number in followed {
                    assert_eq!(told.get(&number), Some(&now(&client, number).await), "what was told is what is");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn after_every_night_the_customer_knows_what_cpr_knows(steps in proptest::collection::vec(step(), 1..30)) {
        Runtime::new().unwrap().block_on(live(steps));
    }
}
