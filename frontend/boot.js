// Starts the application. A file of its own: the content policy allows no script inside the page.
import init from "{{app.js}}";

init({ module_or_path: "{{app.wasm}}" });
