//! HTTP in, HTTP out. The pages' router and the merchants' share no handler.

mod browser;
mod cors;
mod envelope;
mod framing;
mod merchant;
mod operator;
mod shed;
mod table;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::app::App;
use crate::problem::GatewayError;

pub use operator::router as operator_router;
pub use table::Route;

/// Everything that is served: pages under `/v1` and `/r`, merchants' servers under `/api`.
pub fn router(app: Arc<App>) -> Router {
    router_with(app, Router::new())
}

/// The same with routes beside them, for tests: what happens to a request around its handler happens to theirs, too.
pub fn router_with(app: Arc<App>, more: Router<Arc<App>>) -> Router {
    // Over everything, since a preflight meets no handler; which routes pages may read is decided there, by path.
    let pages_may_read = from_fn_with_state(Arc::clone(&app), cors::answer);
    let with_room = from_fn_with_state(Arc::clone(&app), shed::answer);
    Router::new()
        .merge(browser::table().router())
        .merge(merchant::table().router())
        .merge(more)
        .fallback(|| async { GatewayError::NotFound })
        .method_not_allowed_fallback(|| async { GatewayError::MethodNotAllowed })
        .with_state(app)
        // Within the one that says who may read an answer, so that a card can read that something failed.
        .layer(from_fn(envelope::contained))
        .layer(pages_may_read)
        .layer(with_room)
        .layer(from_fn(framing::look))
        .layer(from_fn(envelope::wrap))
}

/// Every route that there is: pages', merchants' servers' and the operator's, which are served elsewhere.
pub fn all() -> Vec<Route> {
    let mut all = browser::table().routes();
    all.extend(merchant::table().routes());
    all.extend(operator::routes());
    all
}
