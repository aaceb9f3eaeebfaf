//! The jobs: when each ran last and will run next, how far it is, and *Kør nu*.

use std::time::Duration;

use openapi::job::{Job, JobRun, JobRunState};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::platform::time::sleep;
use yew::prelude::*;

use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::components::load_view::load_view;
use crate::components::table::Table;
use crate::form::date;
use crate::load::{Load, Wanted, use_load};
use crate::session::use_signed_in;
use crate::text;

/// How often is looked while a job is under way, and while none is.
const WATCHED: Duration = Duration::from_millis(700);
const QUIET: Duration = Duration::from_secs(10);

#[derive(Properties, PartialEq)]
pub struct JobsProps {
    pub round: u32,
    /// A run has ended: what it did may show elsewhere.
    pub on_done: Callback<()>,
}

/// The list.
#[component]
pub fn Jobs(props: &JobsProps) -> Html {
    let signed_in = use_signed_in();
    let looked = use_state(|| 0_u32);
    let failure = use_state(|| None::<ApiError>);
    let api = signed_in.api.clone();
    let jobs = use_load((props.round, *looked), move |asked| {
        let (api, asked) = (api.clone(), *asked);
        async move { Ok((asked, api::list_jobs(&api).await?)) }
    });
    let answered = match &*jobs.state {
        Load::Ready((asked, _)) => Some(*asked),
        Load::Loading | Load::Failed(_) => None,
    };
    let busy = match &*jobs.state {
        Load::Ready((_, jobs)) => jobs.items.iter().any(|job| job.running.is_some() || job.queued.is_some()),
        Load::Loading | Load::Failed(_) => false,
    };
    let look = {
        let (count, looked) = (use_mut_ref(|| 0_u32), looked.setter());
        use_callback((), move |(), ()| {
            *count.borrow_mut() += 1;
            looked.set(*count.borrow());
        })
    };
    {
        // The next look waits for the answer to the one before, however slow that is.
        let look = look.clone();
        use_effect_with((answered, answered.is_none().then_some(*looked), busy), move |(.., busy)| {
            let (wanted, pause) = (Wanted::new(), if *busy { WATCHED } else { QUIET });
            let still = wanted.clone();
            spawn_local(async move {
                sleep(pause).await;
                if still.is_wanted() {
                    look.emit(());
                }
            });
            move || wanted.drop_it()
        });
    }
    let ended: Option<Vec<Option<Uuid>>> = match &*jobs.state {
        Load::Ready((_, jobs)) => Some(jobs.items.iter().map(|job| Some(job.last_run.as_ref()?.id)).collect()),
        Load::Loading | Load::Failed(_) => None,
    };
    {
        let (known, on_done) = (use_mut_ref(|| None), props.on_done.clone());
        use_effect_with(ended, move |ended| {
            let before = known.replace(ended.clone());
            if before.is_some() && ended.is_some() && before != *ended {
                on_done.emit(());
            }
        });
    }
    let on_run = {
        let (api, failure) = (signed_in.api.clone(), failure.setter());
        Callback::from(move |name: String| {
            let (api, failure, look) = (api.clone(), failure.clone(), look.clone());
            spawn_local(async move {
                failure.set(api::start_job_run(&api, &name).await.err());
                look.emit(());
            });
        })
    };
    let may = signed_in.may_operate();
    let columns = [text::jobs::JOB, text::jobs::LAST_RUN, text::jobs::NEXT_RUN, text::jobs::NOW];
    html! {
        <section class="panel" aria-labelledby="jobs-title">
            <h2 id="jobs-title">{ text::jobs::TITLE }</h2>
            if let Some(error) = &*failure {
                <Failure error={error.clone()} />
            }
            { load_view(&jobs, text::jobs::NONE, |(_, jobs)| (!jobs.items.is_empty()).then(|| html! {
                <Table label={text::jobs::TITLE} columns={columns.map(AttrValue::from).to_vec()}
                    rows={jobs.items.iter().map(|job| cells(job, may.then_some(&on_run))).collect::<Vec<_>>()} />
            })) }
        </section>
    }
}

fn cells(job: &Job, on_run: Option<&Callback<String>>) -> Vec<Html> {
    let name = job.name.clone();
    vec![
        html! { text::jobs::name(&job.name) },
        job.last_run.as_ref().map(last_run).unwrap_or_else(|| html! { text::jobs::NEVER }),
        html! { job.next_run_at.map(date::time).unwrap_or_default() },
        match (&job.running, &job.queued) {
            (Some(run), _) => under_way(job, run),
            (None, queued) => html! {
                <>
                    if queued.is_some() {
                        <span role="status">{ text::jobs::QUEUED }</span>
                    }
                    if let Some(on_run) = on_run {
                        <button type="button" class="button button-secondary button-row"
                            onclick={on_run.reform(move |_| name.clone())} aria-label={text::jobs::run_now(&job.name)}>
                            { text::jobs::RUN_NOW }
                        </button>
                    }
                </>
            },
        },
    ]
}

fn last_run(run: &JobRun) -> Html {
    let class = match run.state {
        JobRunState::Succeeded => "badge-done",
        JobRunState::Failed => "badge-bad",
        JobRunState::Interrupted => "badge-wait",
        JobRunState::Queued | JobRunState::Running => "badge-info",
    };
    html! {
        <>
            <span class={classes!("badge", class)}>{ text::jobs::state(run.state) }</span>
            { " " }{ run.finished_at.map(date::time).unwrap_or_default() }
            if let Some(report) = &run.report {
                <span class="cell-note">{ text::jobs::report(report) }</span>
            }
            if let Some(error) = &run.error {
                <span class="cell-note">{ &error.detail }</span>
            }
        </>
    }
}

fn under_way(job: &Job, run: &JobRun) -> Html {
    let total = run.progress.total.filter(|total| *total > 0);
    html! {
        <>
            <progress class="progress" aria-label={text::jobs::under_way(&job.name)}
                max={total.map(|total| total.to_string())} value={total.map(|_| run.progress.done.to_string())} />
            <span class="cell-note" role="status">{ text::jobs::progress(run.progress.done, run.progress.total) }</span>
        </>
    }
}
