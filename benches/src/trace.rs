//! Remembers every statement that jobs run, thread by thread, for the floor to replay.

use std::collections::HashMap;
use std::sync::Mutex;
use std::thread::ThreadId;

use ports::Value;
use store::Recorder;

/// One statement.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) sql: usize,
    pub(crate) params: Vec<Value>,
}

/// What was run: the distinct texts, and per writer the statements in order.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) texts: Vec<String>,
    pub(crate) writers: Vec<Vec<Statement>>,
    known: HashMap<String, usize>,
    threads: HashMap<ThreadId, usize>,
}

impl Trace {
    /// How often a statement was run.
    pub(crate) fn count(&self, sql: &str) -> usize {
        let statements = self.writers.iter().flatten();
        statements.filter(|statement| self.texts[statement.sql] == sql).count()
    }
}

/// The recorder.
#[derive(Debug, Default)]
pub(crate) struct Tape(Mutex<Trace>);

impl Tape {
    /// What was recorded; the tape is empty afterwards.
    pub(crate) fn take(&self) -> Trace {
        std::mem::take(&mut *self.0.lock().expect("no panic while recording"))
    }
}

impl Recorder for Tape {
    fn statement(&self, sql: &str, params: &[Value]) {
        let mut trace = self.0.lock().expect("no panic while recording");
        let trace = &mut *trace;
        let sql = if let Some(place) = trace.known.get(sql) {
            *place
        } else {
            trace.texts.push(sql.to_owned());
            trace.known.insert(sql.to_owned(), trace.texts.len() - 1);
            trace.texts.len() - 1
        };
        let next = trace.threads.len();
        let writer = *trace.threads.entry(std::thread::current().id()).or_insert(next);
        if trace.writers.len() <= writer {
            trace.writers.push(Vec::new());
        }
        trace.writers[writer].push(Statement { sql, params: params.to_vec() });
    }
}
