//! One start of one peer, and what it took.

use std::fs;
use std::time::{Duration, Instant};

use crate::cpu_share::CpuShare;
use crate::peer::Peer;
use crate::support::fake_lambda::{Answer, Function};
use crate::support::scripted_organizations::ScriptedOrganizations;

/// Warm invocations of one process, of which the first ones are left out.
const WARM: usize = 30;
const NOT_YET_WARM: usize = 10;

/// What one peer took in one round. Durations are of the wall clock but for `cpu`.
pub struct Run {
    /// From being spawned to asking for the first event.
    pub ready: Duration,
    /// From then, since the event is there already, to its answer.
    pub first: Duration,
    /// On a CPU, all threads, until it is idle after the first answer.
    pub cpu: Duration,
    /// The first invocation of another process, with the CPU share of 128 MB from the event on.
    pub first_with_share: Option<Duration>,
    /// The median of the warm invocations.
    pub warm: Duration,
    /// The most memory held, in KiB.
    pub peak_kib: u64,
}

/// One cold start, some warm invocations, and a cold start with the CPU share.
///
/// # Errors
/// Those of the control group.
///
/// # Panics
/// If an answer or the number of calls is not what it should be.
pub fn measure(
    peer: &Peer,
    server: &ScriptedOrganizations,
    with_share: bool,
) -> Result<Run, String> {
    server.forget_calls();
    let spawned = Instant::now();
    let function = peer.start();
    // The event waits for the function, as it does in Lambda: none gets time between start and event.
    function.begin("{}");
    let ready = function.idle();
    in_sync(&function.answer());
    let answered = Instant::now();
    function.idle();
    let cpu = on_cpu(function.pid());
    let mut warm: Vec<Duration> = (0..WARM)
        .map(|_| {
            let taken = invoke(&function);
            function.idle();
            taken
        })
        .collect();
    let calls = server.operations().len();
    assert_eq!(calls, peer.calls * (WARM + 1), "{}", peer.name);
    Ok(Run {
        ready: ready - spawned,
        first: answered - ready,
        cpu,
        first_with_share: with_share.then(|| first_with_share(peer)).transpose()?,
        warm: median(&mut warm[NOT_YET_WARM..]),
        peak_kib: function.peak_memory_kib(),
    })
}

/// Lambda starts a function with a whole CPU, and gives it its share when it asks for the first event.
/// The control group is a new one each time: what one process overdrew, the next would pay back.
fn first_with_share(peer: &Peer) -> Result<Duration, String> {
    let share = CpuShare::of_128_mib()?;
    let function = peer.start();
    function.idle();
    share.limit(function.pid())?;
    Ok(invoke(&function))
}

/// How long an invocation takes.
pub fn invoke(function: &Function) -> Duration {
    let begun = Instant::now();
    let answer = function.invoke("{}");
    let taken = begun.elapsed();
    in_sync(&answer);
    taken
}

fn in_sync(answer: &Answer) {
    assert_eq!(answer.outcome(), "InSync");
}

/// The middle one; of an even number the later one of the two in the middle.
pub fn median<T: Ord + Copy>(values: &mut [T]) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn on_cpu(pid: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let times = threads.into_iter().flatten().flatten().map(|thread| {
        let kept = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        let nanoseconds = kept.split(' ').next().and_then(|word| word.parse().ok());
        Duration::from_nanos(nanoseconds.unwrap_or_default())
    });
    times.sum()
}
