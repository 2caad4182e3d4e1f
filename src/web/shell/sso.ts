/** What this browser keeps while it is at another house: that it was it that went, and where to go afterwards. */

const key = "yibenzhang.sso";

interface Sent {
  binding?: string;
  back?: string;
}

export const noteSent = (sent: Sent): void => sessionStorage.setItem(key, JSON.stringify(sent));

/** Once. */
export function takeSent(): Sent {
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return kept === null ? {} : (JSON.parse(kept) as Sent);
}
