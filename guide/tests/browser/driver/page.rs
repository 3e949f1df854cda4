//! A page, as a reader uses it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Browser;
use super::keys;
use super::watch::{Watch, exception, text};

/// Far longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(15);
/// Where to click an element, once a reader could.
const PLACE: &str = include_str!("place.js");

/// A page. When it is dropped, nothing may have gone wrong on it that the test did not take with
/// [`Page::take_problems`], and it may have asked nobody but its server.
pub(crate) struct Page {
    context: Arc<Context>,
    target: String,
    session: String,
}

/// What the pages of a reader share: what is stored, what is downloaded, what went wrong.
struct Context {
    browser: Arc<Browser>,
    id: String,
    watch: Arc<Watch>,
    downloads: TempDir,
}

impl Page {
    /// A page for a reader who was never here. It is 1280 by 800 pixels.
    pub(super) fn new(browser: &Arc<Browser>) -> Self {
        Self::within(Context::new(browser))
    }

    /// Another page of the same reader.
    pub(crate) fn another(&self) -> Self {
        Self::within(Arc::clone(&self.context))
    }

    fn within(context: Arc<Context>) -> Self {
        let blank = json!({ "url": "about:blank", "browserContextId": context.id });
        let target = context.browser.call("", "Target.createTarget", &blank);
        let target = text(&target["targetId"]).to_owned();
        let attached = json!({ "targetId": target, "flatten": true });
        let session = context.browser.call("", "Target.attachToTarget", &attached);
        let page = Self { session: text(&session["sessionId"]).to_owned(), target, context };
        page.context.watch.session(&page.session);
        page.call("Page.enable", &json!({}));
        page.call("Page.setLifecycleEventsEnabled", &json!({ "enabled": true }));
        page.call("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }));
        page.size(1280, 800);
        page
    }

    /// Sets the size of the window in pixels.
    pub(crate) fn size(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Has the reader have chosen a theme, such as `navy`.
    pub(crate) fn theme(&self, theme: &str) {
        let choose = format!(
            "try {{ localStorage.getItem('mdbook-theme') ?? localStorage.setItem('mdbook-theme', '{theme}'); }} catch {{}}"
        );
        self.before_load(&choose);
    }

    /// Shows the page as it is now in another theme.
    pub(crate) fn dress(&self, theme: &str) {
        self.run(&format!(
            "document.documentElement.classList.remove('light', 'navy'), \
             document.documentElement.classList.add('{theme}'), \
             document.getAnimations().forEach(animation => animation.finish())"
        ));
    }

    /// Allows scripts, or not.
    pub(crate) fn javascript(&self, allowed: bool) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !allowed }));
    }

    /// Slows the processor down so many times.
    pub(crate) fn slow(&self, times: f64) {
        self.call("Emulation.setCPUThrottlingRate", &json!({ "rate": times }));
    }

    /// Shows the page as on paper.
    pub(crate) fn on_paper(&self) {
        self.call("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    }

    /// Runs a script in every document before its own scripts: to set a clock, or to block the storage.
    pub(crate) fn before_load(&self, script: &str) {
        self.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }));
    }

    /// Goes to an address and waits until it is loaded. What scripts fetch then is not waited for.
    #[track_caller]
    pub(crate) fn goto(&self, url: &str) {
        let arrived = self.call("Page.navigate", &json!({ "url": url }));
        if let Some(error) = arrived["errorText"].as_str() {
            panic!("{url}: {error}\n{}", self.dump());
        }
        // There is no new document when only the fragment differs.
        if let Some(loader) = arrived["loaderId"].as_str() {
            self.until(&format!("{url} is loaded"), || self.loaded(loader));
        }
    }

    /// Loads the page anew and waits until it is loaded.
    #[track_caller]
    pub(crate) fn reload(&self) {
        self.run("window.beforeReload = true");
        self.call("Page.reload", &json!({}));
        let js = "!window.beforeReload && document.readyState === 'complete'";
        self.wait_for(js);
    }

    /// The value of an expression, or of what it promises; it may `await`.
    ///
    /// # Panics
    ///
    /// When it throws.
    #[track_caller]
    pub(crate) fn eval<T: DeserializeOwned>(&self, js: &str) -> T {
        self.try_eval(js).unwrap_or_else(|error| panic!("{js}\n{error}\n{}", self.dump()))
    }

    /// Evaluates an expression for what it does, and waits for what it promises.
    #[track_caller]
    pub(crate) fn run(&self, js: &str) {
        self.eval::<IgnoredAny>(js);
    }

    /// Waits until an expression is true. That it throws counts as not yet.
    #[track_caller]
    pub(crate) fn wait_for(&self, js: &str) {
        let condition = format!("Boolean({js})");
        self.until(js, || {
            let holds = self.try_eval(&condition)?;
            if holds { Ok(()) } else { Err("it is false".to_owned()) }
        });
    }

    /// Waits until the page shows a text.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, text: &str) {
        self.wait_for(&format!("document.body.innerText.includes({})", Value::from(text)));
    }

    /// What the page shows as text.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        self.eval("document.body.innerText")
    }

    /// Clicks the first element with this selector that can be clicked, once there is one.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        self.click_where(selector, "true");
    }

    /// Clicks the button, link, label or summary that says exactly this.
    #[track_caller]
    pub(crate) fn click_text(&self, text: &str) {
        let says = format!(
            "[e.ariaLabel, e.innerText?.trim(), e.value, e.title].includes({})",
            Value::from(text)
        );
        self.click_where("button, a, label, summary, [role=button], input", &says);
    }

    #[track_caller]
    fn click_where(&self, selector: &str, condition: &str) {
        let place = format!("({PLACE})({}, e => {condition})", Value::from(selector));
        let (mut x, mut y) = (-1.0, -1.0);
        self.until(&format!("{selector} where {condition} can be clicked"), || {
            let found = self.try_eval::<(f64, f64, String)>(&place)?;
            // What moves cannot be hit.
            let stays = (found.0, found.1) == (x, y);
            (x, y) = (found.0, found.1);
            if stays { Ok(()) } else { Err(format!("{} is moving", found.2)) }
        });
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", &event);
        }
    }

    /// Presses a key, such as `?`, `Enter` or `Control+Enter`.
    #[track_caller]
    pub(crate) fn press(&self, key: &str) {
        for event in keys::events(key) {
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// Types a text where the focus is, key by key.
    #[track_caller]
    pub(crate) fn type_text(&self, text: &str) {
        for character in text.chars() {
            match character {
                '\n' => self.press("Enter"),
                ' ' => self.press("Space"),
                character => self.press(&character.to_string()),
            }
        }
    }

    /// Gives a field its value at once: a date, a choice of a list, a number.
    #[track_caller]
    pub(crate) fn set(&self, selector: &str, value: &str) {
        let (selector, value) = (Value::from(selector), Value::from(value));
        self.wait_for(&format!("document.querySelector({selector})"));
        self.run(&format!(
            "(e => {{ e.focus(); e.value = {value}; for (const kind of ['input', 'change']) \
             e.dispatchEvent(new Event(kind, {{ bubbles: true }})); }})(document.querySelector({selector}))"
        ));
    }

    /// Chooses a file in a file field.
    #[track_caller]
    pub(crate) fn choose_file(&self, selector: &str, file: &Path) {
        let field =
            json!({ "expression": format!("document.querySelector({})", Value::from(selector)) });
        let field = self.call("Runtime.evaluate", &field);
        let chosen = json!({ "files": [file], "objectId": field["result"]["objectId"] });
        self.call("DOM.setFileInputFiles", &chosen);
    }

    /// The only file that the reader downloaded, once it is complete.
    #[track_caller]
    pub(crate) fn downloaded(&self) -> PathBuf {
        let directory = self.context.downloads.path();
        let mut found = None;
        self.until("a file is downloaded", || {
            let entries = std::fs::read_dir(directory).map_err(|error| error.to_string())?;
            let mut files = entries.flatten().map(|entry| entry.path());
            found = files.next().filter(|file| file.extension().is_none_or(|e| e != "crdownload"));
            found.as_ref().map(|_| ()).ok_or_else(|| "there is none".to_owned())
        });
        found.expect("it was found")
    }

    /// Answers what pages ask of addresses with this beginning, instead of whoever is there.
    pub(crate) fn stub(&self, prefix: &str, json: &str) {
        self.context.watch.stub(prefix, json);
        let patterns = json!({ "patterns": [{ "urlPattern": format!("{prefix}*") }] });
        self.call("Fetch.enable", &patterns);
    }

    /// The bodies of what was asked of stubbed addresses with this beginning.
    pub(crate) fn sent(&self, prefix: &str) -> Vec<String> {
        self.context.watch.sent(prefix)
    }

    /// The addresses of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.context.watch.requests()
    }

    /// The addresses elsewhere that were asked and are not stubbed.
    pub(crate) fn foreign_requests(&self) -> Vec<String> {
        self.context.watch.foreign()
    }

    /// What went wrong since the last call: errors of scripts and of the console, failed requests. What is
    /// taken does not fail the test.
    pub(crate) fn take_problems(&self) -> Vec<String> {
        self.context.watch.take_problems()
    }

    /// Waits until something has gone wrong and is told in these words.
    #[track_caller]
    pub(crate) fn wait_for_problem(&self, words: &str) {
        self.until(&format!("there is a problem with “{words}”"), || {
            let told = self.context.watch.problems().iter().any(|problem| problem.contains(words));
            if told { Ok(()) } else { Err("there is none".to_owned()) }
        });
    }

    /// Writes a picture of the window.
    pub(crate) fn screenshot(&self, file: &Path) {
        let picture = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        std::fs::write(file, decoded(&picture)).expect("a written file");
    }

    /// The page printed as PDF.
    pub(crate) fn pdf(&self) -> Vec<u8> {
        decoded(&self.call("Page.printToPDF", &json!({ "preferCSSPageSize": true })))
    }

    /// Sends any other command of the `DevTools` protocol.
    #[track_caller]
    pub(crate) fn call(&self, method: &str, parameters: &Value) -> Value {
        self.context.browser.call(&self.session, method, parameters)
    }

    fn loaded(&self, loader: &str) -> Result<(), String> {
        if self.context.watch.is_loaded(loader) { Ok(()) } else { Err("it is loading".to_owned()) }
    }

    fn try_eval<T: DeserializeOwned>(&self, js: &str) -> Result<T, String> {
        let expression = json!({
            "expression": format!("(async () => ({js}))()"),
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let result =
            self.context.browser.pipe.call(&self.session, "Runtime.evaluate", &expression)?;
        match result.get("exceptionDetails") {
            Some(details) => Err(exception(details)),
            None => serde_json::from_value(result["result"]["value"].clone())
                .map_err(|error| format!("{error}: {}", result["result"])),
        }
    }

    #[track_caller]
    fn until(&self, what: &str, mut attempt: impl FnMut() -> Result<(), String>) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(reason) = attempt() {
            let waiting = Instant::now() < deadline;
            assert!(waiting, "waited {PATIENCE:?} until {what}: {reason}\n{}", self.dump());
            thread::sleep(PAUSE);
        }
    }

    /// What the page is like, for whoever reads that a test failed.
    fn dump(&self) -> String {
        let state = "location.href + '\\n\\n' + (document.body?.innerText ?? '').slice(0, 3000)";
        let state = self.try_eval(state).unwrap_or_else(|error| error);
        let problems = self.context.watch.problems().join("\n");
        format!("---- page: {state}\n---- problems: {problems}\n----")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let target = json!({ "targetId": self.target });
        let _ = self.context.browser.pipe.call("", "Target.closeTarget", &target);
    }
}

impl Context {
    fn new(browser: &Arc<Browser>) -> Arc<Self> {
        let id = browser.call("", "Target.createBrowserContext", &json!({}));
        let context = Self {
            browser: Arc::clone(browser),
            id: text(&id["browserContextId"]).to_owned(),
            watch: Watch::new(&browser.pipe),
            downloads: tempfile::tempdir().expect("a temporary directory"),
        };
        let clipboard = json!({
            "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
            "browserContextId": context.id,
        });
        browser.call("", "Browser.grantPermissions", &clipboard);
        let downloads = json!({
            "behavior": "allow",
            "browserContextId": context.id,
            "downloadPath": context.downloads.path(),
        });
        browser.call("", "Browser.setDownloadBehavior", &downloads);
        Arc::new(context)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let context = json!({ "browserContextId": self.id });
        let _ = self.browser.pipe.call("", "Target.disposeBrowserContext", &context);
        if !thread::panicking() {
            let (problems, foreign) = (self.watch.problems(), self.watch.foreign());
            assert!(problems.is_empty(), "on the page:\n{}", problems.join("\n"));
            assert!(foreign.is_empty(), "the page asked others:\n{}", foreign.join("\n"));
        }
    }
}

fn decoded(answer: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text(&answer["data"])).expect("Base64")
}
