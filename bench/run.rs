//! One start of one peer, and its measurements.

use std::fs;
use std::time::{Duration, Instant};

use crate::cpu_share::CpuShare;
use crate::peer::Peer;
use crate::support::function::Function;
use crate::support::runtime_api::InvocationResult;
use crate::support::scripted_organizations::ScriptedOrganizations;

/// Invocations of one process after the first one.
const INVOCATIONS: usize = 30;
/// How many of them are left out as warm-up.
const WARM_UP: usize = 10;

/// The measurements of one peer in one round, in wall-clock time except for `cpu`.
pub struct Run {
    /// From the spawn to the first poll for an invocation.
    pub ready: Duration,
    /// From the first poll to the first response. The invocation is waiting at the time of the poll.
    pub first: Duration,
    /// The CPU time of all threads until the poll after the first response.
    pub cpu: Duration,
    /// The first invocation of another process, with the CPU share of 128 MB from the first poll on.
    pub first_with_share: Option<Duration>,
    /// The median time of a warm invocation.
    pub warm: Duration,
    /// Peak memory in KiB.
    pub peak_kib: u64,
}

/// Measures one cold start, some warm invocations, and a cold start with the CPU share.
///
/// # Errors
/// If the control group fails.
///
/// # Panics
/// If a response or the number of calls is wrong.
pub fn measure(
    peer: &Peer,
    server: &ScriptedOrganizations,
    with_share: bool,
) -> Result<Run, String> {
    server.forget_calls();
    let spawned = Instant::now();
    let function = peer.start();
    // As in Lambda, the invocation waits for the function, which gets no idle time after its start.
    function.send("{}");
    let ready = function.wait_for_poll();
    assert_in_sync(&function.result());
    let responded = Instant::now();
    function.wait_for_poll();
    let cpu = cpu_time(function.pid());
    let mut warm: Vec<Duration> = (0..INVOCATIONS)
        .map(|_| {
            let time = invoke(&function);
            function.wait_for_poll();
            time
        })
        .collect();
    let calls = server.operations().len();
    assert_eq!(calls, peer.calls * (INVOCATIONS + 1), "{}", peer.name);
    Ok(Run {
        ready: ready - spawned,
        first: responded - ready,
        cpu,
        first_with_share: with_share.then(|| first_with_share(peer)).transpose()?,
        warm: median(&mut warm[WARM_UP..]),
        peak_kib: function.peak_memory_kib(),
    })
}

/// Lambda starts a function with a whole CPU, and limits it to its share at the first poll. Each process gets a new
/// control group, because a group carries the overdraft of one process to the next.
fn first_with_share(peer: &Peer) -> Result<Duration, String> {
    let share = CpuShare::of_128_mib()?;
    let function = peer.start();
    function.wait_for_poll();
    share.limit(function.pid())?;
    Ok(invoke(&function))
}

/// Returns the time of one invocation.
pub fn invoke(function: &Function) -> Duration {
    let started = Instant::now();
    let result = function.invoke("{}");
    let time = started.elapsed();
    assert_in_sync(&result);
    time
}

fn assert_in_sync(result: &InvocationResult) {
    assert_eq!(result.outcome(), "InSync");
}

/// Returns the median; of an even number of values, the larger of the two in the middle.
pub fn median<T: Ord + Copy>(values: &mut [T]) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn cpu_time(pid: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let times = threads.into_iter().flatten().flatten().map(|thread| {
        let schedstat = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        let nanoseconds = schedstat
            .split(' ')
            .next()
            .and_then(|word| word.parse().ok());
        Duration::from_nanos(nanoseconds.unwrap_or_default())
    });
    times.sum()
}
