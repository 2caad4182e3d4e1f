/** Photos as they are sent: upright, at most 2000 pixels long, without what the camera writes into them. */
const longest = 2000;
/** A picture of this size and format goes as it is: a drawing or a screen stays sharp. */
const smallBytes = 600_000;
const asIs = new Set(["image/jpeg", "image/png", "image/webp"]);

/** Draws a picture; what is transparent comes out white, not black. */
async function drawn(
  width: number,
  height: number,
  draw: (pen: CanvasRenderingContext2D) => void,
  quality: number,
): Promise<Blob | undefined> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) return undefined;
  pen.fillStyle = "white";
  pen.fillRect(0, 0, width, height);
  draw(pen);
  return (await new Promise<Blob | null>((made) => canvas.toBlob(made, "image/jpeg", quality))) ?? undefined;
}

const read = (file: File): Promise<ImageBitmap | undefined> =>
  file.type.startsWith("image/") && file.type !== "image/svg+xml"
    ? createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => undefined)
    : Promise.resolve(undefined);

const thumb = 144;

/** Its middle as a small square JPEG in Base64, if the file is a picture. */
export async function thumbOf(file: File): Promise<string | undefined> {
  const picture = await read(file);
  if (!picture) return undefined;
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  const small = await drawn(thumb, thumb, (pen) => pen.drawImage(picture, left, top, side, side, 0, 0, thumb, thumb), 0.7);
  picture.close();
  if (!small) return undefined;
  const bytes = new Uint8Array(await small.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The same file if it is no picture that this browser can read; the server has the last word on it. */
export async function shrinkPhoto(file: File): Promise<File> {
  const picture = await read(file);
  if (!picture) return file;
  try {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size <= smallBytes && asIs.has(file.type)) return file;
    const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale))) as [
      number,
      number,
    ];
    const smaller = await drawn(width, height, (pen) => pen.drawImage(picture, 0, 0, width, height), 0.85);
    if (!smaller || (smaller.size >= file.size && asIs.has(file.type))) return file;
    const name = `${file.name.replace(/\.[a-z0-9]{1,5}$/i, "")}.jpg`;
    return new File([smaller], name, { type: "image/jpeg", lastModified: file.lastModified });
  } finally {
    picture.close();
  }
}
