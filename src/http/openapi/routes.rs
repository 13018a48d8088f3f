//! Routes, each with what the document says of it: there is no other way to make one.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodFilter};

use super::operation::Operation;
use super::schemas::Arguments;
use crate::http::state::State;

/// A router, and the part of the document about it.
pub(in crate::http) struct Routes {
    router: Router<Arc<State>>,
    pub(super) described: Vec<Described>,
}

/// One endpoint of the document.
pub(super) struct Described {
    pub(super) method: &'static str,
    /// With `{name}` for what is named in it.
    pub(super) path: String,
    pub(super) operation: Operation,
}

/// Adds a route to others. The body of the operation is what the handler reads.
macro_rules! methods {
    ($($method:ident $filter:ident)*) => {$(
        pub(in crate::http) fn $method<H, T>(
            self,
            path: &str,
            handler: H,
            operation: Operation,
        ) -> Routes
        where
            H: Handler<T, Arc<State>>,
            T: Arguments + 'static,
        {
            let operation = operation.with_body(T::body());
            let mut routes = self.described(stringify!($method), path, operation);
            let route = routing::on(MethodFilter::$filter, handler);
            routes.router = routes.router.route(path, route);
            routes
        }
    )*};
}

impl Routes {
    pub(in crate::http) fn new() -> Routes {
        Routes {
            router: Router::new(),
            described: Vec::new(),
        }
    }

    methods! { get GET post POST patch PATCH delete DELETE }

    #[cfg(feature = "artifacts")]
    methods! { put PUT }

    /// Of a path that is answered alike whatever the method is. The document has the one that clients
    /// send.
    pub(in crate::http) fn any<H, T>(self, path: &str, handler: H, operation: Operation) -> Routes
    where
        H: Handler<T, Arc<State>>,
        T: 'static,
    {
        let operation = operation.details("Every other method is answered the same.");
        let mut routes = self.described("get", path, operation);
        routes.router = routes.router.route(path, routing::any(handler));
        routes
    }

    /// An endpoint that the fallback of the router has.
    pub(in crate::http) fn described(
        mut self,
        method: &'static str,
        path: &str,
        operation: Operation,
    ) -> Routes {
        self.described.push(Described {
            method,
            path: path.replace("{*", "{"),
            operation,
        });
        self
    }

    pub(in crate::http) fn merge(mut self, other: Routes) -> Routes {
        self.described.extend(other.described);
        self.router = self.router.merge(other.router);
        self
    }

    /// Changes what is said of all of them.
    pub(in crate::http) fn each(mut self, change: impl Fn(Operation) -> Operation) -> Routes {
        for described in &mut self.described {
            described.operation = change(described.operation.clone());
        }
        self
    }

    pub(in crate::http) fn into_router(self) -> Router<Arc<State>> {
        self.router
    }
}
