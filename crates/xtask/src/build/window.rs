//! How the glue tells the page's window: by itself. wasm-bindgen asks whether it is an instance of `Window`, and pages have given that
//! name to classes of their own (MooTools does); neither Leptos nor the card would then find a window. Nobody can replace `window`.

use anyhow::{Result, bail};

/// What wasm-bindgen writes, once.
const BY_CLASS: &str = "arg0 instanceof Window;";

const BY_ITSELF: &str = "arg0 === window;";

/// The glue that does not ask for the class.
pub(super) fn told_by_itself(glue: &str) -> Result<String> {
    match glue.matches(BY_CLASS).count() {
        1 => Ok(glue.replace(BY_CLASS, BY_ITSELF)),
        times => bail!("the glue has `{BY_CLASS}` {times} times, not once: it tells the page's window in another way than expected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_told_by_itself() {
        let glue = "try {\n    result = arg0 instanceof Window;\n} catch (_) {\n    result = arg0 instanceof Element;";
        let told = told_by_itself(glue).unwrap();
        assert!(told.contains("result = arg0 === window;") && told.contains("arg0 instanceof Element;"));
    }

    #[test]
    fn a_glue_that_asks_in_another_way_is_noticed() {
        assert!(told_by_itself("result = arg0 instanceof Element;").is_err());
        assert!(told_by_itself("result = arg0 instanceof Window;\nresult = arg0 instanceof Window;").is_err());
    }
}
