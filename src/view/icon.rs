//! The signs that stand beside a message, so that no meaning hangs on a colour alone.

use leptos::prelude::*;

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
    pub(super) fn draw(self) -> impl IntoView {
        let (path, width) = match self {
            Icon::Tick => ("m4 10.5 4 4 8-9", "2.25"),
            Icon::Exclamation => ("M10 2a8 8 0 1 0 0 16a8 8 0 1 0 0-16M10 6v5M10 13.9v.2", "2"),
            Icon::Ring => ("M10 2.5a7.5 7.5 0 1 1-7.5 7.5", "2.25"),
        };
        view! {
            <svg class={"icon"} viewBox={"0 0 20 20"} aria-hidden={"true"}>
                <path d={path} fill={"none"} stroke={"currentColor"} stroke-width={width} stroke-linecap={"round"} stroke-linejoin={"round"} />
            </svg>
        }
    }
}
