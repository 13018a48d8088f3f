//! Every store starts pipelines.

use std::sync::Arc;

use crate::token::clock::Time;
use crate::token::pipelines::{NewPipeline, Pipeline, PipelineError, PipelineSink};

use super::{Store, StoreErrorKind};

/// As [`start_pipeline`](Store::start_pipeline) says.
impl<S: Store + ?Sized> PipelineSink for S {
    fn start(&self, pipeline: &NewPipeline, now: Time) -> Result<Pipeline, PipelineError> {
        let started = self.start_pipeline(pipeline, now);
        started.map_err(|error| match error.kind() {
            StoreErrorKind::NotStarted(why) => why.into(),
            _ => PipelineError::unavailable(error),
        })
    }
}

/// A shared one, so that `Arc<dyn Store>` can be one too.
impl<S: Store + ?Sized> PipelineSink for Arc<S> {
    fn start(&self, pipeline: &NewPipeline, now: Time) -> Result<Pipeline, PipelineError> {
        PipelineSink::start(&**self, pipeline, now)
    }
}
