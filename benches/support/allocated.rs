//! Counts the bytes that are asked for, in the whole process.
#![allow(dead_code, reason = "each benchmark takes what it needs")]

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes asked for and not given back.
pub fn kept() -> f64 {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated as f64 - stats.bytes_deallocated as f64
}

/// All bytes ever asked for.
pub fn asked_for() -> f64 {
    ALLOCATOR.stats().bytes_allocated as f64
}
