//! The list of hostile pages: what each does to the card, and how it is shown that the card stands it.
//! The numbers are those of the project's facts about embedding. The stories are in the files of the groups.

use super::{Story, focus, libraries, moved, network, policies, storage, styles, tags};

/// What shares a gateway, a browser and a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Headers by which a page forbids things.
    Policies,
    /// Scripts that change what every script builds on.
    Libraries,
    /// Style sheets, and where on the page the card stands.
    Styles,
    /// Keys, clicks and focus, which pages take for themselves.
    Focus,
    /// Pages that move, replace and restore what is on them.
    Moved,
    /// Where the script's tag stands, and who put it there.
    Tags,
    /// What the browser keeps, or refuses to.
    Storage,
    /// What lies between the page and the gateway.
    Network,
}

/// A row of the table.
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) group: Group,
    pub(super) situation: &'static str,
    pub(super) shown: Shown,
}

pub(super) enum Shown {
    /// By this story.
    By(Story),
    /// By a test outside of this folder.
    Elsewhere(&'static str),
    /// By nothing here, and why.
    NotHere(&'static str),
}

use Group::{Focus, Libraries, Moved, Network, Policies, Storage, Styles, Tags};
use Shown::{By, Elsewhere, NotHere};

const fn row(number: u32, group: Group, situation: &'static str, shown: Shown) -> Row {
    Row { number, group, situation, shown }
}

pub(super) const LIST: &[Row] = &[
    row(1, Policies, "a policy that refuses WebAssembly", By(|host| Box::pin(policies::wasm_is_refused(host)))),
    row(2, Policies, "a policy that forbids requests to the gateway", By(|host| Box::pin(policies::requests_are_refused(host)))),
    row(3, Policies, "a policy of nonces with strict-dynamic", By(|host| Box::pin(policies::nonces(host)))),
    row(4, Policies, "a policy without styles or anything inline", By(|host| Box::pin(policies::nothing_inline(host)))),
    row(5, Policies, "a policy without blob: and data: pictures", By(|host| Box::pin(policies::nothing_inline(host)))),
    row(6, Policies, "Trusted Types", Elsewhere("on_a_page::a_page_that_trusts_no_html_gets_the_whole_form")),
    row(7, Policies, "COEP require-corp", By(|host| Box::pin(policies::isolated(host)))),
    row(8, Policies, "COOP same-origin", By(|host| Box::pin(policies::isolated(host)))),
    row(
        9,
        Policies,
        "hashes of scripts demanded",
        NotHere("the script carries the merchant's form and changes with it, so it has no hash that a page could name"),
    ),
    row(10, Libraries, "AMD", By(|host| Box::pin(libraries::amd(host)))),
    row(11, Libraries, "Prototype.js", By(|host| Box::pin(libraries::prototypes(host)))),
    row(11, Libraries, "MooTools", By(|host| Box::pin(libraries::mootools(host)))),
    row(12, Libraries, "values set by scripts, $ taken", By(|host| Box::pin(libraries::values_without_events(host)))),
    row(13, Libraries, "fetch and XMLHttpRequest replaced", By(|host| Box::pin(libraries::replaced_fetch(host)))),
    row(14, Libraries, "Promise, URL and customElements replaced", By(|host| Box::pin(libraries::replaced_globals(host)))),
    row(15, Libraries, "document.write after load", By(|host| Box::pin(libraries::written_anew(host)))),
    row(17, Styles, "* { all: revert !important } and other resets", By(|host| Box::pin(styles::resets(host)))),
    row(19, Styles, "a root font of 10 or 20 px", By(|host| Box::pin(styles::root_fonts(host)))),
    row(20, Focus, "hotkeys of a single key", By(|host| Box::pin(focus::hotkeys(host)))),
    row(21, Focus, "keys prevented before they arrive", By(|host| Box::pin(focus::keys_prevented(host)))),
    row(22, Focus, "submit handlers for every form", By(|host| Box::pin(focus::submit_handlers(host)))),
    row(23, Focus, "inside the shop's own form", By(|host| Box::pin(focus::a_form_around(host)))),
    row(25, Focus, "inside a dialog, and inert", By(|host| Box::pin(focus::dialog_and_inert(host)))),
    row(26, Focus, "closed by a click outside", By(|host| Box::pin(focus::click_outside(host)))),
    row(27, Styles, "nothing outside of the element is ours", By(|host| Box::pin(styles::nothing_outside(host)))),
    row(28, Styles, "transformed, zoomed and cut off ancestors", By(|host| Box::pin(styles::transformed(host)))),
    row(29, Styles, "a header that sticks", By(|host| Box::pin(styles::sticky_header(host)))),
    row(30, Styles, "everything else in front", By(|host| Box::pin(styles::in_front(host)))),
    row(31, Styles, "right to left", By(|host| Box::pin(styles::right_to_left(host)))),
    row(32, Styles, "dark by class, by setting, forced colours", By(|host| Box::pin(styles::dark(host)))),
    row(33, Moved, "moved, removed, cloned", By(|host| Box::pin(moved::moved_and_cloned(host)))),
    row(34, Moved, "rendered again by React and Vue", By(|host| Box::pin(moved::rendered_again(host)))),
    row(35, Moved, "Turbo", By(|host| Box::pin(moved::turbo(host)))),
    row(36, Moved, "back and forward", By(|host| Box::pin(moved::back(host)))),
    row(37, Tags, "the script twice", Elsewhere("on_a_page::the_script_may_stand_in_the_head_in_the_body_twice_or_come_later")),
    row(38, Tags, "two versions, and a tag that is taken", By(|host| Box::pin(tags::two_versions(host)))),
    row(39, Tags, "the script anywhere", By(|host| Box::pin(tags::anywhere(host)))),
    row(40, Tags, "Rocket Loader", By(|host| Box::pin(tags::rocket_loader(host)))),
    row(41, Tags, "WP Rocket: nothing runs before a touch", By(|host| Box::pin(tags::delayed(host)))),
    row(43, Tags, "added by a tag manager", By(|host| Box::pin(tags::tag_manager(host)))),
    row(44, Tags, "unknown tags stripped", By(|host| Box::pin(tags::stripped(host)))),
    row(45, Moved, "Shopify's theme editor", By(|host| Box::pin(moved::theme_editor(host)))),
    row(46, Storage, "a sandboxed frame", By(|host| Box::pin(storage::sandboxed(host)))),
    row(47, Storage, "storage that throws", By(|host| Box::pin(storage::throws(host)))),
    row(48, Storage, "storage emptied after seven days", NotHere("no browser here does that, and what is kept in the tab is gone before")),
    row(49, Network, "lists of ad blockers", By(|host| Box::pin(network::words_of_blockers(host)))),
    row(50, Storage, "in-app browsers' pickers", By(|host| Box::pin(storage::picker(host)))),
    row(51, Storage, "reloaded while the camera is open", By(|host| Box::pin(storage::reloaded(host)))),
    row(52, Network, "an engine that is too old", By(|host| Box::pin(network::old_engine(host)))),
    row(53, Moved, "translated by an extension", By(|host| Box::pin(moved::translated(host)))),
    row(54, Storage, "password managers and autofill", By(|host| Box::pin(storage::autofill(host)))),
    row(56, Moved, "nodes of extensions inside", By(|host| Box::pin(moved::foreign_nodes(host)))),
    row(57, Network, "a network that comes and goes", By(|host| Box::pin(network::flapping(host)))),
    row(58, Network, "WebAssembly of another type", By(|host| Box::pin(network::another_type(host)))),
    row(58, Network, "a page instead of WebAssembly", By(|host| Box::pin(network::a_page_instead(host)))),
    row(60, Styles, "zoom on focus, keyboard over the control", By(|host| Box::pin(styles::sizes_of_inputs(host)))),
    row(61, Policies, "no camera for this page", By(|host| Box::pin(policies::no_camera(host)))),
    row(62, Styles, "printed", By(|host| Box::pin(styles::printed(host)))),
    // But for the PUT of a receipt, see the story.
    row(63, Network, "personal data in the page's address", By(|host| Box::pin(network::referrer(host)))),
];
