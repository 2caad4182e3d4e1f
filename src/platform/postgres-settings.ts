import { statfsSync } from "node:fs";
import { totalmem } from "node:os";

const MB = 1024 * 1024;

function sharedMemoryIsSmall(): boolean {
  try {
    const { bsize, bavail } = statfsSync("/dev/shm");
    return bsize * bavail < 256 * MB;
  } catch {
    return true;
  }
}

/** Bytes of memory this process may count on: the machine's, or the container's where that is less. */
function memoryInReach(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

const clamp = (value: number, low: number, high: number) => `${Math.round(Math.min(high, Math.max(low, value)) / MB)}MB`;

/**
 * The text of postgresql.conf for a server that shares its machine with the program: `memory` in bytes, normally the machine's.
 * Every commit is on disk before it is acknowledged. The log leaves out statements and the values in error details, which are personal data.
 */
export function serverSettings(memory = memoryInReach()): string {
  const settings: Record<string, string> = {
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    max_connections: "60",
    shared_buffers: clamp(memory / 8, 128 * MB, 2048 * MB),
    effective_cache_size: clamp(memory / 2, 256 * MB, 64 * 1024 * MB),
    work_mem: memory < 4096 * MB ? "8MB" : "32MB",
    maintenance_work_mem: clamp(memory / 48, 64 * MB, 512 * MB),
    max_wal_size: "4GB",
    wal_compression: "pglz",
    checkpoint_timeout: "15min",
    random_page_cost: "1.1",
    max_worker_processes: "6",
    max_parallel_workers: "2",
    max_parallel_workers_per_gather: "2",
    jit: "off",
    autovacuum_max_workers: "2",
    autovacuum_vacuum_scale_factor: "0.05",
    autovacuum_analyze_scale_factor: "0.02",
    dynamic_shared_memory_type: sharedMemoryIsSmall() ? "mmap" : "posix",
    timezone: "'Asia/Shanghai'",
    log_timezone: "'Asia/Shanghai'",
    lc_messages: "'C'",
    datestyle: "'ISO, YMD'",
    default_text_search_config: "'pg_catalog.simple'",
    log_line_prefix: "'%m [%p] %u@%d '",
    log_checkpoints: "off",
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    log_parameter_max_length: "0",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [
    "# 本文件由程序每次启动时生成，请勿修改。需要调整的参数请写入同一文件夹的 postgresql.local.conf。",
    ...lines,
    "include_if_exists 'postgresql.local.conf'",
    "",
  ].join("\n");
}
