//! The command as a citizen of a pipe.
