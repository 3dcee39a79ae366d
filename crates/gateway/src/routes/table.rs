//! The one place where a route is made. A route and its name are taken down in one go, so that what is served, what is described and
//! what is tried with every credential is one list.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

/// A route, as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method. Where it is GET, HEAD is answered, too.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
}

/// Routes, and the router over them.
#[derive(Clone, Debug)]
pub(super) struct Table<State> {
    router: Router<State>,
    routes: Vec<Route>,
}

impl<State: Clone + Send + Sync + 'static> Table<State> {
    pub(super) fn new() -> Table<State> {
        Table { router: Router::new(), routes: Vec::new() }
    }

    pub(super) fn get<Taken: 'static>(self, path: &'static str, handler: impl Handler<Taken, State>) -> Table<State> {
        self.add(Method::GET, MethodFilter::GET, path, handler)
    }

    pub(super) fn post<Taken: 'static>(self, path: &'static str, handler: impl Handler<Taken, State>) -> Table<State> {
        self.add(Method::POST, MethodFilter::POST, path, handler)
    }

    pub(super) fn put<Taken: 'static>(self, path: &'static str, handler: impl Handler<Taken, State>) -> Table<State> {
        self.add(Method::PUT, MethodFilter::PUT, path, handler)
    }

    pub(super) fn delete<Taken: 'static>(self, path: &'static str, handler: impl Handler<Taken, State>) -> Table<State> {
        self.add(Method::DELETE, MethodFilter::DELETE, path, handler)
    }

    fn add<Taken: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        handler: impl Handler<Taken, State>,
    ) -> Table<State> {
        self.routes.push(Route { method, path });
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    pub(super) fn router(self) -> Router<State> {
        self.router
    }

    pub(super) fn routes(self) -> Vec<Route> {
        self.routes
    }
}
