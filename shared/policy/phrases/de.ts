import type { Phrases } from './phrases.ts';

export const german: Phrases = {
  language: 'de',
  called: 'Deutsch',
  headings: {
    title: 'Was Daylight erfasst',
    version: 'Hinweis',
    published: 'Veröffentlicht',
    updated: 'Zuletzt geändert',
    collected: 'Erfasst, während Sie Ihre Zeit aufzeichnen',
    nothing: 'Nichts.',
    notCollected: 'Nicht erfasst',
    everything: 'Nichts ist ausgenommen.',
    never: 'Was niemand einschalten kann',
    whomToAsk: 'An wen Sie sich wenden können',
    table: 'Dasselbe als Tabelle',
    fingerprint: 'Fingerabdruck des englischen Textes (SHA-256)',
    level: 'Stufe',
    purpose: 'Zweck',
    basis: 'Rechtsgrundlage',
    retentionDays: 'Aufbewahrt für Tage',
    viewers: 'Außer Ihnen sehen es',
  },
  parameters: {
    session: {
      label: 'Arbeitssitzungen',
      levels: {
        on: 'Wann Sie die Aufzeichnung beginnen und beenden, wann Sie pausieren, und Lücken, etwa wenn der Computer gesperrt ist oder ruht.',
      },
    },
    activity: {
      label: 'Aktivität',
      levels: {
        active: 'Ob es in je zehn Minuten irgendeine Eingabe mit Tastatur oder Maus gab: ja oder nein.',
        counts:
          'Wie viele Tastenanschläge, Klicks, Scroll- und Zeigerbewegungen es in jeder Minute gab. Niemals, welche Tasten.',
      },
    },
    app: {
      label: 'Aktives Programm',
      levels: {
        category: 'Die Art des Programms im Vordergrund, etwa „Entwicklung“ oder „Kommunikation“.',
        name: 'Der Name des Programms im Vordergrund.',
      },
    },
    title: {
      label: 'Fenstertitel',
      levels: {
        redacted:
          'Der Titel des Fensters im Vordergrund, ohne E-Mail-Adressen, Zahlen, Links und Text in Anführungszeichen.',
        full: 'Der Titel des Fensters im Vordergrund. Titel können Betreffzeilen von Nachrichten und Namen von Dokumenten zeigen.',
      },
    },
    url: {
      label: 'Aktive Website',
      levels: {
        category: 'Die Art der Website im Vordergrund, etwa „Entwicklung“ oder „Nachrichten“.',
        domain: 'Die Domain der Website im Vordergrund, etwa example.com.',
        host_path: 'Host und Pfad der Seite im Vordergrund, niemals was auf „?“ oder „#“ folgt.',
      },
    },
    screenshot: {
      label: 'Bildschirmfotos',
      levels: {
        blurred:
          'Ein unscharfes Bild des Bildschirms, höchstens eines in fünf Minuten, jedes Mal angekündigt; Sie können es verwerfen.',
        full: 'Ein Bild des Bildschirms, höchstens eines in fünf Minuten, jedes Mal angekündigt; Sie können es verwerfen.',
      },
    },
    project: {
      label: 'Projekt und Aufgabe',
      levels: { on: 'Das Projekt und die Aufgabe, die Sie während der Aufzeichnung wählen.' },
    },
    notes: { label: 'Notizen', levels: { on: 'Die Notizen, die Sie während der Aufzeichnung schreiben.' } },
    device: {
      label: 'Gerät',
      levels: {
        coarse: 'Das Betriebssystem und die Prozessorfamilie Ihres Computers.',
        full: 'Das Betriebssystem und seine Version, das Gerätemodell, die Prozessorfamilie und die Speichergröße Ihres Computers.',
      },
    },
    timezone: {
      label: 'Zeitzone',
      levels: { on: 'Die Zeitzone, auf die Ihr Computer eingestellt ist. Niemals, wo Sie sind.' },
    },
    diagnostics: {
      label: 'Diagnose',
      levels: {
        on: 'Die Version von Daylight, wie viel auf das Senden wartet und welche Sensoren arbeiten. Nichts von dem, was Sie tun.',
      },
    },
  },
  purposes: {
    working_time: 'Arbeitszeit',
    workload_review: 'Prüfung der Arbeitslast',
    project_costing: 'Abrechnung von Projekten',
    security: 'Sicherheit',
    support: 'Unterstützung',
  },
  bases: {
    contract: 'Vertrag',
    legal_obligation: 'rechtliche Verpflichtung',
    legitimate_interest: 'berechtigtes Interesse',
    consent: 'Ihre Einwilligung',
  },
  viewers: {
    owner: 'Inhaber',
    admin: 'Verwalter',
    manager: 'Ihre Vorgesetzten',
    privacy_officer: 'Datenschutzbeauftragte',
    employee: 'Beschäftigte',
  },
  never:
    'Niemals, bei keiner Einstellung: welche Tasten Sie drücken, Zeigerpositionen, die Zwischenablage, Kamera, Mikrofon, Aufenthaltsort, Inhalte von Dateien, Fenster im Hintergrund.',
  retention:
    'Was älter ist als die genannten Tage, sieht von da an niemand mehr, und Daylight löscht es von selbst innerhalb eines Tages; ist das Datum auf dem Server zweifelhaft, sobald jemand danach gesehen hat. Werden weniger Tage festgelegt, gelten sie auch für das, was schon gespeichert ist, mehr Tage niemals. Vorher können Sie Teile davon selbst unter „My data“ löschen.',
  onlyYou: 'Sie allein',
  youAnd: (roles) => `Sie, ${roles}`,
  terms: ({ purpose, basis, days, viewers }) =>
    `Zweck: ${purpose} (${basis}) · aufbewahrt ${days} · sichtbar für ${viewers}`,
  mayPause: 'Sie können jederzeit pausieren; währenddessen wird nichts beobachtet.',
  mayNotPause: 'Ihre Organisation lässt keine Pausen zu: Damit nichts beobachtet wird, beenden Sie die Aufzeichnung.',
  weekdays: ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag'],
  span: (days, from, to) => `${days} von ${from} bis ${to}`,
  withinHours: (spans, zone) =>
    `Nur in der Arbeitszeit: ${spans} (Zeit in ${zone} oder in der Zeitzone, die Sie genannt haben).`,
  notAssessed:
    'Es ist vorerst aus: Ihre Organisation muss zuerst prüfen, was es für Sie bedeutet, und hat das noch nicht getan.',
  untilReview: (day) => `Es endet von selbst am ${day}, wenn Ihre Organisation es bis dahin nicht erneut geprüft hat.`,
  screenshotAtOnce: 'Es wird sofort gesendet: Sie können es vorher nicht ansehen.',
  screenshotReview: (time) => `Jedes können Sie ${time} lang ansehen und verwerfen, bevor es gesendet wird.`,
  enteredGoesOn: (withoutServer) => `Ohne Verbindung zum Server geht es bis zu ${withoutServer} weiter.`,
  observedGoesOn: (withoutInput, withoutServer) =>
    `Ohne Eingabe geht es bis zu ${withoutInput} weiter, ohne Verbindung zum Server bis zu ${withoutServer}.`,
  seconds: (n) => `${n} Sekunden`,
  minutes: (n) => (n === 1 ? '1 Minute' : `${n} Minuten`),
  hours: (n) => (n === 1 ? '1 Stunde' : `${n} Stunden`),
  days: (n) => (n === 1 ? '1 Tag' : `${n} Tage`),
  theApps: (list) => `den Programmen ${list}`,
  theSites: (list) => `den Websites ${list}`,
  and: (a, b) => `${a} und ${b}`,
  appHidden: (what) => `Von ${what} nur, dass etwas Privates im Vordergrund ist.`,
  siteHidden: (what) => `Von ${what} nur, dass etwas Privates geöffnet ist.`,
  titleHidden: (what) => `Von ${what} kein Fenstertitel.`,
  screenshotHidden: (what) => `Keine, solange etwas von ${what} zu sehen ist.`,
  question: ({ name, email }) => `Zu Ihren Daten können Sie ${name} (${email}) fragen.`,
  complaint: (authority, where) =>
    `Sie können sich jederzeit und kostenlos bei der Aufsichtsbehörde beschweren, ${authority}${where === '' ? '' : ` (${where})`}, und vor Gericht gehen.`,
  complaintUnnamed:
    'Sie können sich jederzeit und kostenlos bei der Datenschutzbehörde des Landes beschweren, in dem Sie wohnen oder arbeiten, und vor Gericht gehen; Ihre Organisation hat hier noch keine genannt.',
  recipients: {
    heading: 'Wer es sonst erhält',
    nothing: 'Kein Auftragsverarbeiter erhält etwas.',
    these:
      'Diese verarbeiten Daten für Ihre Organisation und auf ihre Weisung (Auftragsverarbeiter). Mehr, als hier steht, dürfen sie nicht erhalten. Daylight selbst sendet an keinen von ihnen etwas.',
    unreadable:
      'Ein Teil des Verzeichnisses, aus dem dies gebildet ist, ist nicht lesbar, sodass hier jemand fehlen kann: Fragen Sie Ihre Organisation.',
    columns: {
      name: 'Auftragsverarbeiter',
      purpose: 'Wofür',
      region: 'Land',
      fields: 'Darf erhalten',
      safeguard: 'Garantie',
      from: 'Nicht vor (UTC)',
    },
    where: (country) => `Land: ${country}.`,
    whatFor: (purpose) => `Wofür: ${purpose}.`,
    mayGet: (list) => `Darf erhalten: ${list}.`,
    allOf: (label) => `${label} (alles davon)`,
    someOf: (label, fields) => `${label} (${fields})`,
    noField: 'nichts',
    safeguard: (safeguard) => `Was es dort schützt: ${safeguard}.`,
    notBefore: (day) => `Nicht vor dem ${day}: Sie erfahren es vorher.`,
    everyField: { level: 'wie viel erfasst wird', at: 'wann', mono: 'Laufzeit des Computers', span: 'wie lange' },
    fields: {
      session: { event: 'Beginn, Ende und Pausen', cause: 'warum' },
      activity: {
        active: 'ob es eine Eingabe gab',
        keys: 'Zahl der Tastenanschläge',
        clicks: 'Zahl der Klicks',
        scrolls: 'Zahl der Scrollbewegungen',
        moves: 'Zahl der Zeigerbewegungen',
      },
      app: { category: 'Art', name: 'Name' },
      title: { title: 'der Titel' },
      url: { category: 'Art', domain: 'Domain', host: 'Host', path: 'Pfad' },
      screenshot: {
        image: 'Nummer des Bildes',
        digest: 'Fingerabdruck des Bildes',
        bytes: 'Größe der Datei',
        width: 'Breite',
        height: 'Höhe',
      },
      project: { project: 'Projekt', task: 'Aufgabe' },
      notes: { note: 'die Notiz' },
      device: {
        platform: 'Betriebssystem',
        arch: 'Prozessorfamilie',
        osVersion: 'Version des Betriebssystems',
        model: 'Modell',
        memoryGiB: 'Speichergröße',
      },
      timezone: { zone: 'die Zeitzone' },
      diagnostics: {
        agentVersion: 'Version von Daylight',
        spoolBytes: 'wie viel wartet',
        waitingBatches: 'wie viele Teile warten',
        sensors: 'welche Sensoren arbeiten',
      },
    },
  },
  reading: {
    language: 'Sprache',
    acknowledge: 'Ich habe dies gelesen und zur Kenntnis genommen',
    acknowledged: 'Sie haben es zur Kenntnis genommen.',
    acknowledgedBefore: (version, day) => `Mitteilung ${version} haben Sie am ${day} zur Kenntnis genommen.`,
    nothingWaits: 'Nichts in dieser wartet darauf, dass Sie es zur Kenntnis nehmen.',
    ownWords:
      'Das sind die Worte von Daylight auf diesem Computer, gebildet aus der signierten Richtlinie: Er hat den Text noch nicht vom Server.',
    translatedBy: (organisation) =>
      `Was Ihre Organisation selbst geschrieben hat, ist von ihr übersetzt (${organisation}). Daylight hat es nicht geprüft. Es gilt der englische Text.`,
  },
  prevails: 'Dies ist eine Übersetzung. Wo sie vom englischen Text abweicht, gilt der englische.',
  changes: {
    title: 'Was für Sie neu ist',
    since: (version, day) => `Verglichen mit Hinweis ${version}, den Sie am ${day} bestätigt haben:`,
    first: 'Alles ist neu: Dies ist der erste Hinweis, den Sie bestätigen sollen.',
    none: 'Was erfasst wird, wozu, wie lange und wer es sieht, ist so, wie Sie es kennen.',
    recipients:
      'Ob es an andere außerhalb Ihrer Organisation gegeben wird als bisher, wird hier nicht verglichen: Der ganze Hinweis sagt, an wen.',
    unknown:
      'Was sich ändert, lässt sich hier nicht zeigen: Dieses Daylight ist älter als die Regelung oder weiß nicht, was Sie zuvor bestätigt haben. Ihre Konsole zeigt es unter „History“.',
    whole: 'Der ganze Hinweis',
    levels: {
      off: 'aus',
      on: 'an',
      active: 'aktiv',
      counts: 'Anzahlen',
      category: 'Art',
      name: 'Name',
      redacted: 'gekürzt',
      full: 'vollständig',
      domain: 'Domain',
      host_path: 'Host und Pfad',
      blurred: 'unscharf',
      coarse: 'grob',
    },
    fields: {
      level: 'Stufe',
      purpose: 'Zweck',
      basis: 'Rechtsgrundlage',
      retentionDays: 'Aufbewahrt',
      viewers: 'Sehen es',
      employeeMayPause: 'Sie dürfen pausieren',
      schedule: 'Wann',
    },
    times: {
      observedHours: 'Beobachten ohne Server',
      enteredHours: 'Eigene Einträge ohne Server',
      reviewSeconds: 'Zeit, ein Bildschirmfoto zu prüfen',
      idleSeconds: 'Zeit ohne Eingabe',
      reactionDays: 'Zeit, auf mehr Erfassung zu reagieren',
    },
    bounds: { workingHours: 'Arbeitszeiten', jurisdiction: 'Recht' },
    exclusions: { apps: 'Ausgenommene Programme', sites: 'Ausgenommene Websites' },
    added: (glob) => `${glob} ist ausgenommen`,
    removed: (glob) => `${glob} ist nicht mehr ausgenommen`,
    always: 'immer, wenn Sie aufzeichnen',
    workingHours: 'innerhalb der Arbeitszeiten',
    noHours: 'keine festgelegt',
    noLaw: 'niemand hat es gesagt',
    laws: { eea_uk: 'Europäischer Wirtschaftsraum und Vereinigtes Königreich' },
    yes: 'ja',
    no: 'nein',
    review: { ends: 'Endet ohne erneute Prüfung', never: 'nie', unassessed: 'aus, bis es geprüft ist' },
    directions: { lower: 'weniger', raise: 'mehr', reword: 'anders' },
    classes: {
      minor: 'Eine kleine Änderung: Sie nimmt niemandem etwas.',
      significant: 'Eine wesentliche Änderung: Was mehr ist, wartet, bis Sie sie bestätigt haben.',
      rights_reducing:
        'Eine Änderung, die Ihnen ein Recht oder einen Schutz nimmt. Was es nimmt, bindet Sie nicht, bevor Sie zustimmen. Was sonst mehr ist, zählt, sobald Sie es bestätigen.',
    },
    reaction: (days) =>
      `Danach haben Sie ${days} Zeit zu reagieren, bevor sie zählt, wenn Sie schon vorher hier waren.`,
  },
};
