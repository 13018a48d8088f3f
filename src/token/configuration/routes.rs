//! The tables `[[route]]`: rows of the operator's own services.

use core::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::values::{MethodName, PermissionName};
use crate::token::carriers::{Carrier, Carriers};
use crate::token::directory::{Feature, Role};
use crate::token::lifecycle::Class;
use crate::token::mistake::Mistake;
use crate::token::routes::{Action, OwnRoute, OwnRoutes, ScopeRule};
use crate::token::words::words;

pub(super) fn routes(text: &str, entries: Vec<RouteEntry>) -> Result<OwnRoutes, Mistake> {
    let rows = entries.iter().map(RouteEntry::row).collect();
    OwnRoutes::new(rows).map_err(|error| {
        let at = entries[error.index()].at(error.key()).start;
        Mistake::at(text, at, error.to_string())
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteEntry {
    name: Spanned<String>,
    methods: Spanned<Vec<MethodName>>,
    path: Spanned<String>,
    project: Option<Spanned<String>>,
    action: ActionName,
    role: Option<Spanned<RoleName>>,
    scope: Option<Spanned<ScopeName>>,
    public_read: Option<Spanned<bool>>,
    permission: Option<Spanned<PermissionName>>,
    feature: Option<Spanned<FeatureName>>,
    carriers: Option<Spanned<Vec<CarrierName>>>,
    class: Option<ClassName>,
}

impl RouteEntry {
    fn row(&self) -> OwnRoute {
        let methods: Vec<_> = self.methods.get_ref().iter().map(|it| it.0).collect();
        let (name, path) = (self.name.get_ref(), self.path.get_ref());
        let mut row = OwnRoute::new(name, &methods, path, self.action.into());
        row.project = self.project.as_ref().map(|it| it.get_ref().clone());
        row.role = self.role.as_ref().map(|it| (*it.get_ref()).into());
        row.public_read = self.public_read.as_ref().is_some_and(|it| *it.get_ref());
        row.permission = self.permission.as_ref().map(|it| it.get_ref().0);
        row.feature = self.feature.as_ref().map(|it| (*it.get_ref()).into());
        if let Some(scope) = &self.scope {
            row.scope = (*scope.get_ref()).into();
        }
        if let Some(carriers) = &self.carriers {
            let carriers = carriers.get_ref().iter().map(|&it| Carrier::from(it));
            row.carriers = carriers.fold(Carriers::NONE, Carriers::with);
        }
        if let Some(class) = self.class {
            row.class = class.into();
        }
        row
    }

    /// Where a key of the row is said; where the row is named, if it is not.
    fn at(&self, key: &str) -> Range<usize> {
        let said = match key {
            "methods" => Some(self.methods.span()),
            "path" => Some(self.path.span()),
            "project" => self.project.as_ref().map(Spanned::span),
            "role" => self.role.as_ref().map(Spanned::span),
            "scope" => self.scope.as_ref().map(Spanned::span),
            "public_read" => self.public_read.as_ref().map(Spanned::span),
            "permission" => self.permission.as_ref().map(Spanned::span),
            "feature" => self.feature.as_ref().map(Spanned::span),
            "carriers" => self.carriers.as_ref().map(Spanned::span),
            _ => None,
        };
        said.unwrap_or_else(|| self.name.span())
    }
}

words!(ActionName for Action: Read, Write, Delete);
words!(RoleName for Role: Guest, Planner, Reporter, Developer, Maintainer, Owner);
words!(ScopeName for ScopeRule: Outbound, Own, None);
words!(FeatureName for Feature: Repository, Builds, ContainerRegistry, PackageRegistry, Releases, Environments);
words!(CarrierName for Carrier: Header, Query, Basic, Bearer);
words!(ClassName for Class: Resource, Runner);
