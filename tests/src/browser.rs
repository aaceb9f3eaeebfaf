//! A headless Chromium in front of a house.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use test_servers::chromedriver::{CHROMIUM_FLAGS, Driver};
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::common::print::PrintParameters;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities};

/// axe-core, unchanged from npm; its licence lies beside it.
const AXE: &str = include_str!("../assets/axe-core/axe.min.js");

/// How long an element may take to appear on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser window of a test's own.
pub struct Browser {
    driver: WebDriver,
    house: String,
}

/// A finding of axe-core that keeps people from using the page.
#[derive(Debug)]
pub struct Barrier {
    /// axe's name for the rule.
    pub rule: String,
    /// `serious` or `critical`.
    pub impact: String,
    /// What is wrong, in English.
    pub help: String,
    /// CSS selectors of the elements.
    pub elements: Vec<String>,
}

impl Browser {
    /// Opens a window of 1280 × 900 at `path` of the house that is at `url` ([`crate::House::url`], [`crate::demo::Demo::url`]).
    pub async fn open(url: &str, path: &str) -> anyhow::Result<Browser> {
        let mut wishes = DesiredCapabilities::chrome();
        for flag in CHROMIUM_FLAGS.into_iter().chain(["--window-size=1280,900", "--lang=da"]) {
            wishes.add_arg(flag)?;
        }
        wishes.set_browser_log_level(LoggingPrefsLogLevel::Severe)?;
        let driver = WebDriver::new(chromedriver()?.url(), wishes).await.context("Chromium")?;
        let browser = Browser { driver, house: url.to_owned() };
        browser.go(path).await?;
        Ok(browser)
    }

    /// Goes to a path of the house.
    pub async fn go(&self, path: &str) -> anyhow::Result<()> {
        Ok(self.driver.goto(format!("{}{path}", self.house)).await?)
    }

    /// Makes the window as wide as this, as on a small screen or at 400 % on a large one.
    pub async fn narrow(&self, width: u32) -> anyhow::Result<()> {
        self.resize(width, 1200).await
    }

    /// By how much the page is wider than the window, and what sticks out.
    pub async fn overflow(&self) -> anyhow::Result<Value> {
        let script = "const width = document.documentElement.clientWidth;
            const open = document.querySelector('dialog[open]') ?? document.body;
            const out = [...open.querySelectorAll('*')].filter(it => it.getBoundingClientRect().right > width + 1
                && !it.closest('.skipnav, thead'));
            const page = document.scrollingElement.scrollWidth - width;
            return page > 0 || out.length ? [page, out.slice(0, 5).map(it => it.outerHTML.slice(0, 120))] : null";
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// The WebDriver session, for what has no word here.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The first element that a CSS selector finds, as soon as it is displayed.
    pub async fn see(&self, selector: &str) -> anyhow::Result<WebElement> {
        let query = self.driver.query(By::Css(selector)).and_displayed().wait(PATIENCE, Duration::from_millis(50));
        query.first().await.with_context(|| format!("{selector} does not appear"))
    }

    /// The first element of this kind (`button`, `a`, `td`, `*` …) whose text is exactly `text`, as soon as it is displayed.
    pub async fn see_text(&self, kind: &str, text: &str) -> anyhow::Result<WebElement> {
        let path = format!("//{kind}[normalize-space(.)={}]", quoted(text));
        let query = self.driver.query(By::XPath(path)).and_displayed().wait(PATIENCE, Duration::from_millis(50));
        query.first().await.with_context(|| format!("no {kind} with the text {text:?} appears"))
    }

    /// The input that belongs to this label, as soon as it is displayed.
    pub async fn see_field(&self, label: &str) -> anyhow::Result<WebElement> {
        let label = quoted(label);
        let path = format!(
            "//*[self::input or self::select or self::textarea][@id=//label[normalize-space(.)={label}]/@for or @aria-label={label}]"
        );
        let query = self.driver.query(By::XPath(path)).and_displayed().wait(PATIENCE, Duration::from_millis(50));
        query.first().await.with_context(|| format!("no field labelled {label} appears"))
    }

    /// Waits until no element is found by a CSS selector any more.
    pub async fn see_no(&self, selector: &str) -> anyhow::Result<()> {
        let query = self.driver.query(By::Css(selector)).wait(PATIENCE, Duration::from_millis(50));
        if query.not_exists().await? { Ok(()) } else { bail!("{selector} is still there") }
    }

    /// Keeps a picture of the window in `target/screenshots/`.
    pub async fn screenshot(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.png"));
        self.driver.screenshot(&file).await?;
        Ok(file)
    }

    /// Makes the window this wide and high from here on, narrower than a window of Chromium's can be.
    pub async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await
    }

    /// Shows the page as it would be printed, or on screen again.
    pub async fn show_on_paper(&self, on_paper: bool) -> anyhow::Result<()> {
        let media = if on_paper { "print" } else { "" };
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": media })).await
    }

    /// Prints the page to a file in `target/screenshots/`.
    pub async fn print(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.pdf"));
        std::fs::write(&file, self.driver.print_page(PrintParameters::default()).await?)?;
        Ok(file)
    }

    /// A command of Chromium's own, which ChromeDriver hands on.
    async fn devtools(&self, command: &str, params: Value) -> anyhow::Result<()> {
        let place = format!("{}/session/{}/goog/cdp/execute", chromedriver()?.url(), self.driver.handle().session_id());
        let request = json!({ "cmd": command, "params": params });
        let answer = reqwest::Client::builder().no_proxy().build()?.post(place).json(&request).send().await?;
        anyhow::ensure!(answer.status().is_success(), "{command}: {}", answer.text().await?);
        Ok(())
    }

    /// What axe-core finds on the page as it stands, of serious or critical impact.
    pub async fn barriers(&self) -> anyhow::Result<Vec<Barrier>> {
        self.driver.execute(AXE, Vec::new()).await?;
        let run = "const done = arguments[arguments.length - 1];
            axe.run().then(result => done(result.violations), error => done(String(error)));";
        let violations = self.driver.execute_async(run, Vec::new()).await?.json().clone();
        let violations = violations.as_array().with_context(|| format!("axe-core failed: {violations}"))?;
        let grave = violations.iter().filter(|found| found["impact"] == "serious" || found["impact"] == "critical");
        Ok(grave.map(Barrier::new).collect())
    }

    /// What the page has written to the console as errors, and forgets it.
    pub async fn console_errors(&self) -> anyhow::Result<Vec<String>> {
        let log = self.driver.browser_log().await?;
        let errors = log.into_iter().filter(|entry| entry.level == "SEVERE");
        Ok(errors.map(|entry| entry.message).collect())
    }

    /// Closes the window.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.driver.quit().await?)
    }
}

impl Barrier {
    fn new(found: &Value) -> Barrier {
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
        let nodes = found["nodes"].as_array().into_iter().flatten();
        let elements = nodes.map(|node| node["target"].to_string()).collect();
        Barrier { rule: text("id"), impact: text("impact"), help: text("help"), elements }
    }
}

/// One ChromeDriver for all tests of a program; it ends with it.
fn chromedriver() -> anyhow::Result<&'static Driver> {
    static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();
    let driver = DRIVER.get_or_init(|| Driver::start().map_err(|error| format!("{error:#}")));
    driver.as_ref().map_err(|error| anyhow::anyhow!("ChromeDriver: {error}"))
}

/// A text as XPath writes it, whichever quotation marks it holds.
fn quoted(text: &str) -> String {
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('"').map(|part| format!("\"{part}\"")).collect();
    format!("concat({})", parts.join(", '\"', "))
}
