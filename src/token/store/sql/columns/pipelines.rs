//! The columns of what jobs are about, of pipelines and of triggers.

use core::fmt::Display;

use crate::token::directory::{JobName, Plan, ProjectId, RefName, UserId, WrongName};
use crate::token::id::{Accessor, KeyId, KeyedDigest};
use crate::token::lifecycle::JobId;
use crate::token::permission::Permissions;
use crate::token::pipelines::{Pipeline, PipelineId, Upstream, Variables};
use crate::token::store::{About, StoreError, Trigger};

use super::{Columns, Value, damaged, flag, need, number, small, time};

pub(in crate::token::store) fn about(row: &mut dyn Columns) -> Result<About, StoreError> {
    let name = JobName::new(&need(row.text()?)?).map_err(|_| damaged())?;
    let git_ref = row.text()?.map(|name| RefName::new(&name));
    Ok(About {
        name,
        git_ref: git_ref.transpose().map_err(|_| damaged())?,
        ref_protected: flag(row)?,
        pipeline: row.integer()?.map(|id| PipelineId(id.cast_unsigned())),
        permissions: row.text()?.map(|text| permissions(&text)).transpose()?,
    })
}

/// What a job declared, as it is kept.
pub(in crate::token::store) fn permissions_text(about: &About) -> Option<String> {
    about.permissions.as_ref().map(|it| lines(it.iter()))
}

fn permissions(text: &str) -> Result<Permissions, StoreError> {
    let read: Result<Permissions, _> = text.lines().map(str::parse).collect();
    read.map_err(|_| damaged())
}

/// What [`pipeline`] reads.
macro_rules! pipeline_columns {
    () => {
        "id, project_id, git_ref, ref_protected, source, user_id, upstream_pipeline_id, \
         upstream_job_id, upstream_project_id, depth, variables, created_at"
    };
}

/// What [`trigger`] reads.
macro_rules! trigger_columns {
    () => {
        "accessor, key_id, project_id, owner_id, created_at"
    };
}

pub(in crate::token::store) use {pipeline_columns, trigger_columns};

pub(in crate::token::store) fn pipeline(row: &mut dyn Columns) -> Result<Pipeline, StoreError> {
    let (id, project) = (number(row)?, number(row)?);
    let (git_ref, ref_protected) = (need(row.text()?)?, flag(row)?);
    let source = need(row.text()?)?;
    let user = number(row)?;
    let before = row.integer()?.map(|id| PipelineId(id.cast_unsigned()));
    let (job, of) = (row.integer()?, row.integer()?);
    let upstream = job.zip(of).map(|(job, project)| Upstream {
        pipeline: before,
        job: JobId(job.cast_unsigned()),
        project: ProjectId(project.cast_unsigned()),
    });
    Ok(Pipeline {
        id: PipelineId(id),
        project: ProjectId(project),
        git_ref: RefName::new(&git_ref).map_err(|_| damaged())?,
        ref_protected,
        source: source.parse().map_err(|_| damaged())?,
        user: UserId(user),
        upstream,
        depth: small(row)?,
        variables: variables(&need(row.bytes()?)?)?,
        created_at: need(time(row)?)?,
    })
}

/// The names of the columns that [`put_pipeline`] writes.
pub(in crate::token::store) const PIPELINE: [&str; 11] = [
    "project_id",
    "git_ref",
    "ref_protected",
    "source",
    "user_id",
    "upstream_pipeline_id",
    "upstream_job_id",
    "upstream_project_id",
    "depth",
    "variables",
    "created_at",
];

pub(in crate::token::store) fn put_pipeline<'p>(
    pipeline: &'p Pipeline,
    variables: &'p [u8],
) -> [Value<'p>; PIPELINE.len()] {
    let upstream = pipeline.upstream;
    let before = upstream.and_then(|it| it.pipeline);
    [
        Value::number(pipeline.project.0),
        Value::Text(pipeline.git_ref.as_str()),
        Value::Flag(pipeline.ref_protected),
        Value::Text(pipeline.source.as_str()),
        Value::number(pipeline.user.0),
        Value::or_null(before, |it| Value::number(it.0)),
        Value::or_null(upstream, |it| Value::number(it.job.0)),
        Value::or_null(upstream, |it| Value::number(it.project.0)),
        Value::number(pipeline.depth.into()),
        Value::Bytes(variables),
        Value::time(pipeline.created_at),
    ]
}

pub(in crate::token::store) fn pipeline_id(
    row: &mut dyn Columns,
) -> Result<PipelineId, StoreError> {
    number(row).map(PipelineId)
}

/// As programs are given them: `NAME=VALUE`, with a zero byte after each.
pub(in crate::token::store) fn variables_bytes(variables: &Variables) -> Vec<u8> {
    let pairs = variables.iter();
    let bytes = pairs.flat_map(|(name, value)| [name, "=", value, "\0"].concat().into_bytes());
    bytes.collect()
}

fn variables(bytes: &[u8]) -> Result<Variables, StoreError> {
    let text = str::from_utf8(bytes).map_err(|_| damaged())?;
    let pairs = text.split_terminator('\0');
    let pairs: Option<Vec<_>> = pairs.map(|pair| pair.split_once('=')).collect();
    Variables::new(need(pairs)?).map_err(|_| damaged())
}

/// The names of the columns of a plan, which begin with the number of its project.
pub(in crate::token::store) const PLAN: [&str; 4] = ["id", "refs", "protected_refs", "job_names"];

pub(in crate::token::store) fn plan(row: &mut dyn Columns) -> Result<Plan, StoreError> {
    Ok(Plan {
        refs: names(row, RefName::new)?,
        protected_refs: names(row, RefName::new)?,
        job_names: names(row, JobName::new)?,
    })
}

/// The lists of a plan, as they are kept.
pub(in crate::token::store) fn plan_texts(plan: &Plan) -> [String; 3] {
    [
        lines(&plan.refs),
        lines(&plan.protected_refs),
        lines(&plan.job_names),
    ]
}

pub(in crate::token::store) fn trigger(row: &mut dyn Columns) -> Result<Trigger, StoreError> {
    let accessor = need(row.text()?)?;
    Ok(Trigger {
        accessor: Accessor::parse(&accessor).map_err(|_| damaged())?,
        key: KeyId(small(row)?),
        project: ProjectId(number(row)?),
        owner: UserId(number(row)?),
        created_at: need(time(row)?)?,
    })
}

/// The key of one.
pub(in crate::token::store) fn key(row: &mut dyn Columns) -> Result<KeyId, StoreError> {
    small(row).map(KeyId)
}

/// The columns of a new one: `digest`, and then in the order of `trigger_columns`.
pub(in crate::token::store) fn put_trigger<'t>(
    digest: &'t KeyedDigest,
    trigger: &'t Trigger,
) -> [Value<'t>; 6] {
    [
        Value::Bytes(digest.digest.as_bytes()),
        Value::Text(trigger.accessor.as_str()),
        Value::number(trigger.key.0.into()),
        Value::number(trigger.project.0),
        Value::number(trigger.owner.0),
        Value::time(trigger.created_at),
    ]
}

/// No name has an end of line in it.
fn lines<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join("\n")
}

fn names<T, C: FromIterator<T>>(
    row: &mut dyn Columns,
    read: fn(&str) -> Result<T, WrongName>,
) -> Result<C, StoreError> {
    let text = need(row.text()?)?;
    let names: Result<C, WrongName> = text.lines().map(read).collect();
    names.map_err(|_| damaged())
}
