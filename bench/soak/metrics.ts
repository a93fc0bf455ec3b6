/** What the server says of itself at /metrics. */
export interface Metrics {
  /** In milliseconds, since it was asked last: the 99th percentile of how late timers come, their 10 ms included. */
  lagP99: number;
  /** Processor time that its process has taken, in seconds. */
  processor: number;
  cacheBytes: number;
  /** Of V8 in the main thread: in use, reserved, and what lies outside of it (buffers). */
  heapUsed: number;
  heap: number;
  external: number;
  /** Connections that are in use, and statements that wait for one, without those of the metrics themselves. */
  inUse: number;
  waiting: number;
  /** Exports, imports and streams under way. */
  places: number;
}

export async function metricsOf(base: string, headers: Record<string, string> = {}): Promise<Metrics> {
  const text = await (await fetch(`${base}/metrics`, { headers })).text();
  const sum = (line: RegExp): number =>
    [...text.matchAll(line)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    lagP99: 1_000 * sum(/^nodejs_eventloop_lag_p99_seconds (.+)$/gm),
    processor: sum(/^process_cpu_seconds_total (.+)$/gm),
    cacheBytes: sum(/^tracker_cache_bytes (.+)$/gm),
    heapUsed: sum(/^nodejs_heap_size_used_bytes (.+)$/gm),
    heap: sum(/^nodejs_heap_size_total_bytes (.+)$/gm),
    external: sum(/^nodejs_external_memory_bytes (.+)$/gm),
    inUse: sum(
      /^tracker_pool_connections\{(?=[^}]*state="in-use")(?=[^}]*pool="(?:main|exports)")[^}]*\} (.+)$/gm,
    ),
    waiting: sum(/^tracker_pool_waiting\{[^}]*\} (.+)$/gm),
    places: sum(/^tracker_places_taken\{[^}]*\} (.+)$/gm),
  };
}
