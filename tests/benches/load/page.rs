//! The browser application in a browser with an empty cache: what it loads, and when somebody can use it.

use anyhow::{Context, ensure};
use reqwest::Client;
use serde_json::{Value, json};
use test_servers::chromedriver::{CHROMIUM_FLAGS, Driver};

use crate::Plan;
use crate::numbers::median;
use crate::process::Process;
use crate::report::{Goal, Report};

/// Notes when the page can be used: its button is there, and no task of the main thread is under way that takes longer
/// than 50 ms.
const WATCH: &str = "
    window.bench = { button: null, row: null, painted: null, busyUntil: 0 };
    new PerformanceObserver(list => {
        for (const task of list.getEntries()) bench.busyUntil = Math.max(bench.busyUntil, task.startTime + task.duration);
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver(list => {
        for (const paint of list.getEntries()) bench.painted = paint.startTime;
    }).observe({ type: 'paint', buffered: true });
    new MutationObserver(() => {
        const button = document.querySelector('main button');
        if (bench.button === null && button && !button.disabled) bench.button = performance.now();
        if (bench.row === null && document.querySelector('tbody tr')) bench.row = performance.now();
    }).observe(document, { childList: true, subtree: true, attributes: true });
";

const LOADED: &str = "
    return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
        .map(entry => ({ path: new URL(entry.name).pathname, body: entry.encodedBodySize, plain: entry.decodedBodySize }));
";

pub async fn measure(plan: &Plan, house: &Process, report: &mut Report) -> anyhow::Result<()> {
    let driver = Driver::start()?;
    let address = format!("http://{}/", house.address);
    let (mut interactive, mut painted, mut list) = (Vec::new(), Vec::new(), Vec::new());
    let mut loaded = Value::Null;
    for round in 0..=plan.rounds {
        // Each session has a profile of its own, so its caches are empty.
        let browser = Browser::open(&driver).await?;
        browser.watch().await?;
        browser.go(&address).await?;
        let seen = browser.wait_for("bench.button").await?;
        if round > 0 {
            let number = |name: &str| seen[name].as_f64().unwrap_or_default();
            interactive.push(number("button").max(number("busyUntil")));
            painted.push(number("painted"));
            loaded = browser.run(LOADED).await?;
        }
        // The provider signs the caller in without a question and sends the browser back: the application starts again,
        // from the browser's cache, and shows the list.
        browser.run("document.querySelector('main button').click()").await?;
        let seen = browser.wait_for("bench.row").await?;
        if round > 0 {
            list.push(seen["row"].as_f64().unwrap_or_default());
        }
        browser.close().await?;
    }
    report.heading("The browser application");
    report.text(&format!(
        "{} visits in headless Chromium, each with an empty cache and after one that does not count, over loopback. \
        Interactive: the button *Log ind* can be pressed and no task longer than 50 ms is under way.\n\n\
        | File | Sent | Plain |\n|---|---|---|\n",
        plan.rounds
    ));
    let mut sent = 0.0;
    for file in loaded.as_array().context("a list of files")? {
        let path = file["path"].as_str().unwrap_or_default();
        let (body, plain) =
            (file["body"].as_f64().unwrap_or_default() / 1024.0, file["plain"].as_f64().unwrap_or_default() / 1024.0);
        let is_font = path.ends_with(".woff2");
        sent += if is_font { 0.0 } else { body };
        report
            .text(&format!("| `{path}` | {body:.1} KiB{} | {plain:.1} KiB |\n", if is_font { " (font)" } else { "" }));
    }
    report.goal("The application's transfer, Brotli, without fonts", sent, " KiB", Goal::Below(350.0));
    report.goal("Time to interactive, empty cache", median(&interactive) / 1000.0, " s", Goal::Below(1.0));
    report.note("First contentful paint, empty cache", &format!("{:.0} ms", median(&painted)));
    report.note("The list is drawn, after sign-in, application from the cache", &format!("{:.0} ms", median(&list)));
    Ok(())
}

/// As much of WebDriver as is needed.
struct Browser {
    http: Client,
    session: String,
}

impl Browser {
    async fn open(driver: &Driver) -> anyhow::Result<Browser> {
        let http = Client::builder().no_proxy().build()?;
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": CHROMIUM_FLAGS },
        } } });
        let answer = send(&http, &format!("{}/session", driver.url()), &wanted).await?;
        let id = answer["sessionId"].as_str().context("no session")?;
        Ok(Browser { http, session: format!("{}/session/{id}", driver.url()) })
    }

    async fn watch(&self) -> anyhow::Result<()> {
        let command = json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": { "source": WATCH } });
        self.send("goog/cdp/execute", &command).await.map(drop)
    }

    async fn go(&self, address: &str) -> anyhow::Result<()> {
        self.send("url", &json!({ "url": address })).await.map(drop)
    }

    async fn run(&self, script: &str) -> anyhow::Result<Value> {
        self.send("execute/sync", &json!({ "script": script, "args": [] })).await
    }

    /// What was noted, once `what` has been, and half a second after it, for a task that was still under way.
    async fn wait_for(&self, what: &str) -> anyhow::Result<Value> {
        for _ in 0..500 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            // Between two pages there is nothing to ask.
            let seen = self.run(&format!("return window.bench && {what}")).await.unwrap_or_default();
            if seen.is_number() {
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                return self.run("return bench").await;
            }
        }
        anyhow::bail!("waited ten seconds for {what}")
    }

    async fn close(self) -> anyhow::Result<()> {
        let answer = self.http.delete(&self.session).send().await?;
        ensure!(answer.status().is_success(), "WebDriver: {}", answer.status());
        Ok(())
    }

    async fn send(&self, what: &str, body: &Value) -> anyhow::Result<Value> {
        send(&self.http, &format!("{}/{what}", self.session), body).await
    }
}

async fn send(http: &Client, address: &str, body: &Value) -> anyhow::Result<Value> {
    let answer: Value = http.post(address).json(body).send().await?.json().await?;
    ensure!(answer["value"]["error"].is_null(), "WebDriver: {}", answer["value"]);
    Ok(answer["value"].clone())
}
