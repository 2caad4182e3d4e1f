/** Photos as they are sent: upright, at most 2000 pixels long, without what the camera writes into them. */
const longest = 2000;
/** A picture of this size and format goes as it is: a drawing or a screen stays sharp. */
const smallBytes = 600_000;
const asIs = new Set(["image/jpeg", "image/png", "image/webp"]);

/** The same file if it is no picture that this browser can read; the server has the last word on it. */
export async function shrinkPhoto(file: File): Promise<File> {
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml") return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => undefined);
  if (!picture) return file;
  try {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size <= smallBytes && asIs.has(file.type)) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    if (!pen) return file;
    // What is transparent would come out black.
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise<Blob | null>((made) => canvas.toBlob(made, "image/jpeg", 0.85));
    if (!smaller || (smaller.size >= file.size && asIs.has(file.type))) return file;
    const name = `${file.name.replace(/\.[a-z0-9]{1,5}$/i, "")}.jpg`;
    return new File([smaller], name, { type: "image/jpeg", lastModified: file.lastModified });
  } finally {
    picture.close();
  }
}
