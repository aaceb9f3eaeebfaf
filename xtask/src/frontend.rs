//! The browser application: `frontend/` and `frontend/assets/` become `frontend/dist/`, which the server embeds.
//!
//! Everything but the page itself gets a name with a hash of its content (`/assets/app-<hash>.js`), so that browsers may
//! keep it for ever. Pages and scripts of `frontend/` name a file by a placeholder in double braces:
//!
//! * `{{app.js}}` and `{{app.wasm}}`: the compiled application;
//! * `{{boot.js}}`: `frontend/boot.js`, which starts it (a file of its own, because the content policy allows no script
//!   inside the page);
//! * `{{css/page.css}}`: any file below `frontend/assets/`, by its path there.
//!
//! Style sheets name their fonts and pictures as usual, relative to themselves.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};
use rayon::prelude::*;
use wasm_bindgen_cli_support::Bindgen;

use crate::workspace;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Builds `frontend/dist`. `release` optimises for size and writes a `.br` and a `.gz` beside each file that gains by it.
pub fn build(release: bool) -> anyhow::Result<()> {
    let start = Instant::now();
    let frontend = workspace::root().join("frontend");
    add_wasm_target()?;
    let wasm = compile(release)?;

    let mut site = Site::default();
    let generated = bind(&wasm, release)?;
    for (name, content) in generated {
        match name.as_str() {
            "app.js" => site.add("app.js", content),
            "app_bg.wasm" => site.add("app.wasm", content),
            // Scripts that a dependency brings along; app.js names them relative to itself.
            snippet => site.add_as_named(&format!("assets/{snippet}"), content),
        }
    }
    let (sheets, others) = read_below(&frontend.join("assets"))?
        .into_iter()
        .partition::<BTreeMap<_, _>, _>(|(name, _)| name.ends_with(".css"));
    for (name, content) in others {
        site.add(&name, content);
    }
    for (name, content) in sheets {
        let content = site.resolve_style_sheet(&name, &String::from_utf8(content)?)?;
        site.add(&name, content.into_bytes());
    }
    let boot = site.resolve("boot.js", &read(&frontend.join("boot.js"))?)?;
    site.add("boot.js", boot.into_bytes());
    let page = site.resolve("index.html", &read(&frontend.join("index.html"))?)?;
    site.add_as_named("index.html", page.into_bytes());

    let dist = frontend.join("dist");
    if release {
        site.compress(&dist)?;
    }
    site.write(&dist)?;
    println!("frontend/dist: {} ({:.1} s)", site.sizes(), start.elapsed().as_secs_f32());
    Ok(())
}

/// Adds the WebAssembly target to the toolchain unless it is there.
pub fn add_wasm_target() -> anyhow::Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let query = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
    let folder = query.context("cannot start rustc")?.stdout;
    if Path::new(String::from_utf8_lossy(&folder).trim()).is_dir() {
        return Ok(());
    }
    workspace::run(Command::new("rustup").args(["target", "add", TARGET]))
        .context("the browser application needs Rust's WebAssembly target: `rustup target add wasm32-unknown-unknown`")
}

fn compile(release: bool) -> anyhow::Result<PathBuf> {
    let mut cargo = workspace::cargo();
    let profile = if release { "wasm-release" } else { "wasm-dev" };
    cargo.args(["build", "--package", "frontend", "--target", TARGET, "--profile", profile]);
    let files = workspace::built_files(&mut cargo, "frontend")?;
    let wasm = files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "wasm"));
    wasm.context("cargo built no WebAssembly of the package `frontend`")
}

/// Writes the JavaScript around the WebAssembly; wasm-bindgen is a library here, of the version that Cargo.lock names.
fn bind(wasm: &Path, release: bool) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let folder = wasm.with_extension("bound");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(release)
        .remove_producers_section(true)
        .out_name("app");
    bindgen.generate(&folder).context("wasm-bindgen")?;
    read_below(&folder)
}

/// What will stand in `frontend/dist`, before it is written.
#[derive(Default)]
struct Site {
    /// The address of each file that others may name.
    addresses: BTreeMap<String, String>,
    /// Content by path below `dist`.
    files: BTreeMap<String, Vec<u8>>,
}

impl Site {
    /// Adds a file under a name with the hash of its content.
    fn add(&mut self, name: &str, content: Vec<u8>) {
        let mut hasher = DefaultHasher::new();
        hasher.write(&content);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let path = format!("assets/{stem}-{:016x}.{extension}", hasher.finish());
        self.addresses.insert(name.to_owned(), format!("/{path}"));
        self.files.insert(path, content);
    }

    fn add_as_named(&mut self, path: &str, content: Vec<u8>) {
        self.files.insert(path.to_owned(), content);
    }

    /// Replaces every `{{name}}` by the address of that file.
    fn resolve(&self, file: &str, text: &str) -> anyhow::Result<String> {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, placeholder)) = rest.split_once("{{") {
            let (name, after) =
                placeholder.split_once("}}").with_context(|| format!("frontend/{file}: {{{{ is not closed"))?;
            let address = self.addresses.get(name.trim()).with_context(|| {
                let known = self.addresses.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                format!("frontend/{file}: {{{{{name}}}}} is no file of the application; there are: {known}")
            })?;
            resolved.push_str(before);
            resolved.push_str(address);
            rest = after;
        }
        resolved.push_str(rest);
        Ok(resolved)
    }

    /// Replaces every relative `url(…)` of a style sheet; one that leads nowhere is an error.
    fn resolve_style_sheet(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, reference)) = rest.split_once("url(") {
            let (written, after) =
                reference.split_once(')').with_context(|| format!("frontend/assets/{name}: url( is not closed"))?;
            let target = written.trim().trim_matches(['"', '\'']);
            resolved.push_str(before);
            if target.starts_with(['#', '/']) || target.contains(':') {
                resolved.push_str(&format!("url({written})"));
            } else {
                let (path, fragment) = target.split_at(target.find(['#', '?']).unwrap_or(target.len()));
                let address = self.addresses.get(&beside(name, path));
                let address = address.with_context(|| {
                    format!("frontend/assets/{name} names {target}, which is not below frontend/assets")
                })?;
                resolved.push_str(&format!("url({address}{fragment})"));
            }
            rest = after;
        }
        resolved.push_str(rest);
        Ok(resolved)
    }

    /// Adds `.br` and `.gz` of every file that gets a tenth smaller by it, on all cores. What an earlier build left in
    /// `dist` under the same hash is taken from there.
    fn compress(&mut self, dist: &Path) -> anyhow::Result<()> {
        let compressed = self
            .files
            .par_iter()
            .flat_map_iter(|(path, content)| [(path, content, "br"), (path, content, "gz")])
            .map(|(path, content, coding)| {
                let name = format!("{path}.{coding}");
                let kept = path.starts_with("assets/").then(|| fs::read(dist.join(&name)).ok()).flatten();
                let bytes = match kept {
                    Some(bytes) => bytes,
                    None if coding == "br" => brotli(content)?,
                    None => gzip(content)?,
                };
                Ok((bytes.len() * 10 < content.len() * 9).then_some((name, bytes)))
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        self.files.extend(compressed.into_iter().flatten());
        Ok(())
    }

    /// Writes `dist`, the page last, and removes what no longer belongs there; a running server never sees a page whose
    /// files are missing.
    fn write(&self, dist: &Path) -> anyhow::Result<()> {
        let (page, files): (Vec<_>, Vec<_>) = self.files.iter().partition(|(path, _)| path.starts_with("index.html"));
        for (path, content) in files.into_iter().chain(page) {
            let file = dist.join(path);
            if fs::read(&file).is_ok_and(|old| old == *content) {
                continue;
            }
            let folder = file.parent().context("a file has a folder")?;
            fs::create_dir_all(folder)?;
            fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
        }
        for path in read_below(dist)?.into_keys().filter(|path| !self.files.contains_key(path)) {
            fs::remove_file(dist.join(path))?;
        }
        Ok(())
    }

    /// What a first visit transfers of the application's own code.
    fn sizes(&self) -> String {
        let size = |coding: &str| -> usize {
            let codes = ["app.js", "app.wasm"].iter().filter_map(|name| self.addresses.get(*name));
            codes.filter_map(|address| self.files.get(&format!("{}{coding}", &address[1..]))).map(Vec::len).sum()
        };
        match size(".br") {
            0 => format!("code {} KiB", size("") / 1024),
            brotli => format!("code {} KiB, {} KiB as Brotli", size("") / 1024, brotli / 1024),
        }
    }
}

/// The path that a reference in `name` means: `beside("css/page.css", "../fonts/a.woff2")` is `fonts/a.woff2`.
fn beside(name: &str, reference: &str) -> String {
    let mut path: Vec<&str> = name.split('/').collect();
    path.pop();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}

/// Every file below a folder by its path there, with `/` between; a folder that is not there has none.
fn read_below(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop().filter(|current| current.exists()) {
        for entry in fs::read_dir(&current)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_str().context("a file name is not UTF-8")?.to_owned();
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn brotli(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    ensure!(content.is_empty() || !compressed.is_empty(), "Brotli gave nothing");
    Ok(compressed)
}

fn gzip(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let mut site = Site::default();
        site.add("fonts/plain.woff2", b"font".to_vec());
        site
    }

    #[test]
    fn a_style_sheet_names_its_fonts_relative_to_itself() {
        let site = site();
        let css = "@font-face { src: url('../fonts/plain.woff2?x#y') } a { background: url(data:image/svg+xml;x) }";
        let resolved = site.resolve_style_sheet("css/page.css", css).unwrap();
        let address = &site.addresses["fonts/plain.woff2"];
        assert_eq!(
            resolved,
            format!("@font-face {{ src: url({address}?x#y) }} a {{ background: url(data:image/svg+xml;x) }}")
        );
    }

    #[test]
    fn a_reference_that_leads_nowhere_stops_the_build() {
        let missing = site().resolve_style_sheet("css/page.css", "url(plain.woff2)").unwrap_err().to_string();
        assert!(missing.contains("css/page.css names plain.woff2"), "{missing}");
        let missing = site().resolve("index.html", "<link href=\"{{css/none.css}}\">").unwrap_err().to_string();
        assert!(missing.contains("{{css/none.css}}") && missing.contains("fonts/plain.woff2"), "{missing}");
    }

    #[test]
    fn another_content_has_another_name_and_the_same_content_the_same() {
        let (mut one, mut same, mut other) = (Site::default(), Site::default(), Site::default());
        one.add("app.js", b"1".to_vec());
        same.add("app.js", b"1".to_vec());
        other.add("app.js", b"2".to_vec());
        assert_eq!(one.addresses, same.addresses);
        assert_ne!(one.addresses, other.addresses);
        assert!(one.addresses["app.js"].starts_with("/assets/app-"));
    }

    #[test]
    fn what_is_compressed_can_be_read_again() {
        let content = b"parter i sagen ".repeat(200);
        let mut brotli_back = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&content).unwrap()[..], &mut brotli_back).unwrap();
        assert_eq!(brotli_back, content);
        let mut gzip_back = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip(&content).unwrap()[..]), &mut gzip_back)
            .unwrap();
        assert_eq!(gzip_back, content);
    }
}
