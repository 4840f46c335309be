import type { CapturedImage } from '../../agent/core/ports.ts';
import { blurBeyondReading, fitInto, readPicture } from '../../agent/platform/picture.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { pictureNames } from './shift.ts';

/** Draws what a made-up screen shows, blurred as the agent blurs a real one. Nothing on it says anything. */
export async function drawScreens(): Promise<ReadonlyMap<string, CapturedImage>> {
  const drawn = new Map<string, CapturedImage>();
  for (const { name, app, drawing } of pictureNames()) {
    const picture = await readPicture(Buffer.from(screen(app, drawing)));
    drawn.set(name, await fitInto(limits.imageBytes, await blurBeyondReading(picture)));
  }
  return drawn;
}

/** Drawn small: of a blurred picture no more is left. */
const [WIDTH, HEIGHT] = [320, 180];

function screen(app: string, drawing: number): string {
  const hue = (Array.from(app).reduce((sum, letter) => sum + letter.charCodeAt(0), 0) * 37 + drawing * 11) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 1280 720">
    <rect width="100%" height="100%" fill="hsl(${hue} 35% 72%)"/>
    <rect x="40" y="40" width="1200" height="640" rx="10" fill="#fdfdfd"/>
    <rect x="40" y="40" width="1200" height="56" rx="10" fill="hsl(${hue} 45% 35%)"/>
    <rect x="40" y="96" width="220" height="584" fill="hsl(${hue} 30% 90%)"/>
    ${[...sidebar(hue), ...content(hue, drawing)].join('')}</svg>`;
}

function sidebar(hue: number): string[] {
  return Array.from({ length: 8 }, (_, line) => {
    return `<rect x="70" y="${130 + line * 56}" width="${110 + ((line * 47) % 70)}" height="20" fill="hsl(${hue} 25% 60%)"/>`;
  });
}

/** Lines as of text, boxes as of cells, a drawing, or two columns. */
function content(hue: number, drawing: number): string[] {
  switch (drawing) {
    case 0:
      return Array.from({ length: 14 }, (_, line) => {
        return `<rect x="${310 + (line % 4) * 30}" y="${130 + line * 38}" width="${300 + ((line * 173) % 480)}" height="16" fill="hsl(${(hue + line * 20) % 360} 40% 45%)"/>`;
      });
    case 1:
      return Array.from({ length: 24 }, (_, cell) => {
        return `<rect x="${300 + (cell % 4) * 230}" y="${120 + Math.floor(cell / 4) * 92}" width="210" height="74" fill="hsl(${(hue + cell * 31) % 360} 45% ${cell % 3 === 0 ? 55 : 82}%)"/>`;
      });
    case 2:
      return [
        `<circle cx="560" cy="390" r="200" fill="hsl(${(hue + 120) % 360} 50% 55%)"/>`,
        `<path d="M700 600 L940 160 L1180 600 Z" fill="hsl(${(hue + 220) % 360} 55% 60%)"/>`,
      ];
    default:
      return [
        `<rect x="300" y="120" width="430" height="530" fill="hsl(${hue} 20% 80%)"/>`,
        `<rect x="760" y="120" width="450" height="250" fill="hsl(${(hue + 60) % 360} 45% 70%)"/>`,
        `<rect x="760" y="400" width="450" height="250" fill="hsl(${(hue + 180) % 360} 45% 65%)"/>`,
      ];
  }
}
