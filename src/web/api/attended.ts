/**
 * Whether somebody is at the screen. What a page asks by itself (after what others changed, every so often, when it is
 * looked at again) says so, and is no use of a session that would else never become idle.
 */
const patience = 60_000;
let touched = performance.now();
for (const kind of ["pointerdown", "click", "keydown", "wheel", "input"])
  window.addEventListener(kind, () => void (touched = performance.now()), { capture: true, passive: true });
let walls = 0;

/** A wall is looked at without being touched: its session lasts as long as one may. Gives back what takes it down. */
export function hangOnWall(): () => void {
  walls++;
  return () => void walls--;
}

/** Headers of a request that is made now. */
export const attendance = (): Record<string, string> =>
  walls === 0 && performance.now() - touched > patience ? { "x-unattended": "1" } : {};
