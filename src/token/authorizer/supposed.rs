//! What would be decided: of a request that nobody made, with a token whose text nobody shows.

use super::{Admitted, Decision, Holder, Policy, Request, Step};
use crate::token::carriers::{Authorization, BASIC_USER, Presented};
use crate::token::clock::Time;
use crate::token::directory::{ProjectReference, UserState};
use crate::token::id::Accessor;
use crate::token::lifecycle::{Class, Invalid, Standing, validity};
use crate::token::routes::Asked;
use crate::token::store::{Selection, Store, StoreError};

/// Stands for the token in the request: no decision depends on its text.
const PLACEHOLDER: &str = "the token";

impl Policy {
    /// The first half of the decision about a request that carries a token where its route takes one:
    /// the first place that does.
    ///
    /// # Errors
    ///
    /// As for [`admit`](Policy::admit).
    pub fn suppose<'r>(
        &self,
        asked: Asked<'r>,
        query: &'r [(&'r str, &'r str)],
    ) -> Result<Admitted<'r>, Box<Decision>> {
        let empty = Presented {
            query,
            ..Presented::default()
        };
        let places = [
            Presented {
                authorization: &[Authorization::Basic(BASIC_USER, PLACEHOLDER)],
                ..empty
            },
            Presented {
                body: &[("token", PLACEHOLDER)],
                ..empty
            },
            Presented {
                authorization: &[Authorization::Bearer(PLACEHOLDER)],
                ..empty
            },
            Presented {
                body: &[("job_token", PLACEHOLDER)],
                ..empty
            },
        ];
        let admit = |presented| {
            self.admit(&Request {
                asked,
                presented,
                ..Request::default()
            })
        };
        let mut admitted = admit(Presented {
            headers: &[("JOB-TOKEN", PLACEHOLDER)],
            ..empty
        });
        for presented in places {
            match admitted {
                Err(denied) if denied.record().step == Step::D4 => admitted = admit(presented),
                decided => return decided,
            }
        }
        admitted
    }
}

impl Holder {
    /// Whose token has an accessor, or why it is not valid for a class at a time. Changes nothing,
    /// and persists no time.
    ///
    /// It asks the store more than once: what changes in between may show by halves.
    ///
    /// # Errors
    ///
    /// If the store fails. What is wrong with the token is the inner result.
    pub fn by_accessor(
        store: &dyn Store,
        accessor: Accessor,
        class: Class,
        now: Time,
    ) -> Result<Result<Holder, Invalid>, StoreError> {
        let tokens = store.tokens(&Selection::Accessor(accessor))?;
        let Some(entry) = tokens.first() else {
            return Ok(Err(Invalid::Unknown));
        };
        let job = store.job(entry.job)?;
        let source = store.project(&ProjectReference::Id(job.project))?;
        let user = job.user.map(|user| store.user(user)).transpose()?.flatten();
        let is_active = |state| state == UserState::Active;
        let standing = Standing {
            project_alive: source.as_ref().is_some_and(|it| !it.pending_delete),
            user_active: user.as_ref().is_some_and(|it| is_active(it.state)),
        };
        let now = now.max(store.time()?.unwrap_or_default());
        let valid = validity(&job, entry.attempt, &entry.token, standing, class, now);
        Ok(match (valid, source, user) {
            (Err(why), _, _) => Err(why),
            (Ok(()), Some(source), Some(user)) => Ok(Holder {
                source,
                user,
                permissions: store.about(entry.job)?.permissions,
            }),
            (Ok(()), _, _) => Err(Invalid::UserInactive),
        })
    }
}
