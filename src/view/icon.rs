//! The signs that stand beside a message, so that no meaning hangs on a colour alone.

use leptos::prelude::*;

use super::element::element;

/// A sign, drawn in the colour of its words.
#[derive(Clone, Copy)]
pub(super) enum Icon {
    /// All is well.
    Tick,
    /// Something needs attention.
    Exclamation,
    /// Something is on its way.
    Ring,
}

impl Icon {
    /// The drawing. Its words stand beside it, so screen readers pass it over.
    pub(super) fn draw(self) -> AnyView {
        let path = match self {
            Icon::Tick => "m4 10.5 4 4 8-9",
            Icon::Exclamation => "M10 2a8 8 0 1 0 0 16a8 8 0 1 0 0-16M10 6v5M10 13.9v.2",
            Icon::Ring => "M10 2.5a7.5 7.5 0 1 1-7.5 7.5",
        };
        // The attribute in braces keeps Leptos from making this one through a string of HTML.
        view! {
            <svg class={"icon"} viewBox={"0 0 20 20"} aria-hidden={"true"}>
                <path d={path} />
            </svg>
        }
        .into_any()
    }

    /// The drawing and its words.
    pub(super) fn beside(self, words: String) -> Vec<AnyView> {
        vec![self.draw(), element("span").text(words).view()]
    }
}
