/** The made-up people of the demo organisation. Nobody is called like this, and example.com belongs to nobody (RFC 2606). */

export const ORGANISATION = 'Demo: Herb Garden Ltd';

export const teams = ['Demo: Development', 'Demo: Design', 'Demo: Support', 'Demo: Office'] as const;

export interface Member {
  readonly name: string;
  readonly email: string;
  /** Index into `teams`; null for the owner, who belongs to none and tracks nothing. */
  readonly team: number | null;
  readonly role: 'owner' | 'manager' | 'employee';
  readonly ways: Ways;
}

/**
 * What makes a person different from the others; hours of the day are decimal. `hours` are tracked, and not all of a day; and many work on
 * some days only: every tracked hour of the demo has to be lived through by an agent.
 */
export interface Ways {
  readonly from: number;
  readonly hours: number;
  /** Days of the week on which they work, Monday is 1. */
  readonly days: readonly number[];
  /** The zone of their computer; that of this one unless given. */
  readonly zone?: string;
  /** Of the time in a browser, how much is in private windows. */
  readonly privately?: number;
  readonly writesNotes?: boolean;
  /** What they say when they are asked about time away; nothing unless given. */
  readonly idle?: 'keep' | 'discard';
  /** Looks at waiting screenshots and drops some. */
  readonly drops?: boolean;
  /** Does not acknowledge what is raised, so it does not hold for them. */
  readonly declines?: boolean;
  /** Away for the second third of the time. */
  readonly holiday?: boolean;
  /** Works while the demo is served, whatever day and hour it is. */
  readonly goesOn?: boolean;
  /** Gets another computer after the first third; the first is retired. */
  readonly newComputer?: boolean;
}

const FULL = [1, 2, 3, 4, 5];
const NOTHING: Ways = { from: 0, hours: 0, days: [] };

/** Managers first, so that few people are still an organisation. */
export const cast: readonly Member[] = [
  owner('Olga Olive'),
  manager('Marek Marjoram', 0, { from: 8.5, hours: 4, days: FULL, idle: 'keep', goesOn: true }),
  employee('Ada Almond', 0, { from: 8.2, hours: 5, days: FULL, writesNotes: true, idle: 'keep', goesOn: true }),
  employee('Bruno Basil', 0, { from: 9.1, hours: 4, days: FULL, privately: 0.6, idle: 'discard', goesOn: true }),
  manager('Greta Ginger', 1, { from: 8.6, hours: 3, days: [1, 2, 3, 4], idle: 'discard' }),
  manager('Hugo Hazel', 2, { from: 8, hours: 3, days: [1, 2, 4, 5] }),
  manager('Ines Iris', 3, { from: 8.3, hours: 3, days: [1, 2, 3], writesNotes: true }),
  employee('Carla Cedar', 0, { from: 8.8, hours: 3.5, days: [1, 3, 5], newComputer: true, idle: 'discard' }),
  employee('Dario Dill', 0, { from: 9.4, hours: 3.5, days: [2, 3, 5], zone: 'Europe/Lisbon' }),
  employee('Elif Elder', 0, { from: 8.4, hours: 3.5, days: [1, 2, 4], holiday: true }),
  employee('Finn Fennel', 0, { from: 9, hours: 3, days: [2, 4] }),
  employee('Jonas Juniper', 1, { from: 8.9, hours: 3, days: [1, 2, 4], declines: true, idle: 'keep' }),
  employee('Kira Kale', 1, { from: 9.2, hours: 3.5, days: [1, 3, 4, 5], drops: true, idle: 'discard' }),
  employee('Liam Lemon', 1, { from: 8.5, hours: 3, days: [1, 3] }),
  employee('Mila Mint', 1, { from: 9.5, hours: 3, days: [2, 4, 5], writesNotes: true, idle: 'keep' }),
  employee('Nils Nutmeg', 1, { from: 8.1, hours: 3.5, days: [1, 2, 3], holiday: true }),
  employee('Pablo Pepper', 2, { from: 8, hours: 3.5, days: [1, 2, 4, 5], idle: 'discard', goesOn: true }),
  employee('Quinn Quince', 2, { from: 10.5, hours: 3, days: [2, 3, 5], idle: 'keep' }),
  employee('Rosa Rosemary', 2, { from: 8, hours: 3, days: [1, 3] }),
  employee('Sami Sage', 2, { from: 11, hours: 3, days: [3, 4], zone: 'Atlantic/Reykjavik' }),
  employee('Tara Thyme', 2, { from: 9, hours: 3, days: [1, 4, 5], privately: 0.2 }),
  employee('Vera Vanilla', 3, { from: 8.2, hours: 3, days: [1, 3], writesNotes: true }),
  employee('Wim Willow', 3, { from: 8.7, hours: 3, days: [1, 2, 3, 4], idle: 'discard', goesOn: true }),
  employee('Yara Yarrow', 3, { from: 9.3, hours: 3, days: [2, 5], idle: 'keep' }),
];

/** Members are named by their place in `cast`. */
export function memberAt(place: number): Member {
  const member = cast[place];
  if (member === undefined) throw new Error(`there is no member ${place}`);
  return member;
}

export interface Trade {
  readonly projects: readonly { readonly project: string; readonly task: string | null }[];
  /** Programs and how much of the day they take; `site` marks a browser. */
  readonly programs: readonly Program[];
  readonly notes: readonly string[];
}

export interface Program {
  readonly app: string;
  readonly program: string;
  readonly title: string;
  readonly site?: string;
  readonly share: number;
  /** Key presses, clicks and scrolls in a minute of work. */
  readonly input: readonly [keys: number, clicks: number, scrolls: number];
}

const mail: Program = {
  ...{ app: 'Thunderbird', program: 'thunderbird', title: 'Inbox - Thunderbird', share: 2, input: [12, 2, 0] },
};

/** One for each team. */
export const trades: readonly Trade[] = [
  {
    projects: [
      { project: 'Seed shop', task: 'Checkout' },
      { project: 'Seed shop', task: 'Search' },
      { project: 'Greenhouse app', task: 'Sensors' },
    ],
    programs: [
      { app: 'Code', program: 'code', title: 'basket.ts - seed-shop - Code', share: 6, input: [16, 2, 2] },
      { app: 'Terminal', program: 'gnome-terminal', title: 'Terminal', share: 2, input: [10, 0, 0] },
      page('Documentation - Chromium', 'https://docs.example.org/api/basket', 2),
      page('Board - Chromium', 'https://board.example.com/sprint/12', 1),
      mail,
    ],
    notes: [
      'The basket keeps its contents now; the tests for empty ones are left.',
      'Paired with Bruno on the search.',
    ],
  },
  {
    projects: [
      { project: 'Seed shop', task: 'Icons' },
      { project: 'Catalogue', task: 'Spring' },
      { project: 'Greenhouse app', task: 'Screens' },
    ],
    programs: [
      { app: 'Inkscape', program: 'inkscape', title: 'leaf-icon.svg - Inkscape', share: 5, input: [4, 10, 4] },
      { app: 'GIMP', program: 'gimp', title: 'tomatoes.xcf - GIMP', share: 3, input: [2, 12, 4] },
      page('Colours - Chromium', 'https://palette.example.net/greens', 2),
      mail,
    ],
    notes: ['Leaves are drawn in three sizes; petals come tomorrow.', 'The printer asked for darker greens.'],
  },
  {
    projects: [
      { project: 'Support', task: 'First line' },
      { project: 'Support', task: 'Second line' },
      { project: 'Help pages', task: null },
    ],
    programs: [
      page('Questions - Chromium', 'https://desk.example.com/questions', 5),
      { ...mail, share: 4 },
      { app: 'Element', program: 'element', title: 'Support - Element', share: 2, input: [12, 2, 2] },
      { app: 'LibreOffice Writer', program: 'swriter', title: 'Answers.odt', share: 1, input: [14, 2, 0] },
    ],
    notes: ['Many asked about frost this morning; wrote a help page.', 'Two parcels had lost their seeds.'],
  },
  {
    projects: [
      { project: 'Accounts', task: 'Invoices' },
      { project: 'Accounts', task: 'Payroll' },
      { project: 'Harvest fair', task: 'Planning' },
    ],
    programs: [
      {
        app: 'LibreOffice Calc',
        program: 'scalc',
        title: 'Harvest.ods - LibreOffice Calc',
        share: 5,
        input: [8, 6, 4],
      },
      { app: 'Document Viewer', program: 'evince', title: 'Delivery note.pdf', share: 1, input: [2, 2, 6] },
      page('Orders - Chromium', 'https://orders.example.net/open', 2),
      mail,
    ],
    notes: ['All invoices of October are out.', 'The fair has its tents; chairs are missing.'],
  },
];

function page(title: string, site: string, share: number): Program {
  return { app: 'Chromium', program: 'chromium', title, site, share, input: [4, 6, 8] };
}

function owner(name: string): Member {
  return { name, email: emailOf(name), team: null, role: 'owner', ways: NOTHING };
}

function manager(name: string, team: number, ways: Ways): Member {
  return { name, email: emailOf(name), team, role: 'manager', ways };
}

function employee(name: string, team: number, ways: Ways): Member {
  return { name, email: emailOf(name), team, role: 'employee', ways };
}

function emailOf(name: string): string {
  return `${name.toLowerCase().replace(' ', '.')}@example.com`;
}
