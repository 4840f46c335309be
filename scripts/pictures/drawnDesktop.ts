import sharp from 'sharp';

/** A desktop that nobody has: one window with its name and some lines, blurred as the agent blurs, as WebP. */
export async function drawnDesktop(
  app: string,
  seed: number,
): Promise<{ readonly bytes: Buffer; readonly width: number; readonly height: number }> {
  const [width, height] = [960, 540];
  const hue = (seed * 47) % 360;
  const lines = Array.from({ length: 16 }, (_, line) => {
    const long = 120 + ((seed * (line + 3) * 37) % 380);
    return `<rect x="220" y="${110 + line * 24}" width="${long}" height="10" fill="hsl(${hue} 20% 55%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="hsl(${hue} 30% 80%)"/>
    <rect x="40" y="40" width="880" height="460" rx="8" fill="#fff"/>
    <rect x="40" y="40" width="880" height="34" rx="8" fill="hsl(${hue} 30% 35%)"/>
    <text x="60" y="63" font-size="18" fill="#fff">${app}</text>
    <rect x="40" y="74" width="150" height="426" fill="hsl(${hue} 20% 92%)"/>${lines.join('')}</svg>`;
  const bytes = await sharp(Buffer.from(svg)).blur(9).webp({ quality: 70 }).toBuffer();
  return { bytes, width, height };
}
