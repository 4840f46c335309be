/**
 * What kind of work a program is for, by its lower-case name as Linux, Windows or macOS gives it. Browsers are left out
 * on purpose: a browser in front says nothing about the kind of work. Sources: the programs' own packages and bundles.
 */
export const appNames = {
  development: `
    code, code - oss, code-insiders, visual studio code, codium, vscodium, cursor, windsurf, zed, zeditor,
    sublime_text, sublime text, subl, atom, vim, gvim, nvim, neovide, emacs, kate, kwrite, gedit, gnome-text-editor,
    notepad++, geany, textmate, bbedit, nova, idea, idea64, intellij idea, pycharm, pycharm64, webstorm, webstorm64,
    phpstorm, phpstorm64, clion, clion64, goland, goland64, rider, rider64, rubymine, rustrover, datagrip,
    datagrip64, fleet, android studio, studio64, devenv, visual studio, xcode, eclipse, netbeans, netbeans64,
    qtcreator, qt creator, kdevelop, codeblocks, monodevelop, lazarus, delphi, bds, rstudio, spyder, jupyter-lab,
    jupyterlab, matlab, octave, mathematica, arduino, arduino ide, platformio, unity, unity hub, unreal editor,
    ue4editor, unrealeditor, godot, postman, insomnia, bruno, hoppscotch, soapui, fiddler, charles, wireshark,
    dbeaver, heidisql, pgadmin4, ssms, azuredatastudio, sequel ace, tableplus, mysql-workbench, mongodb compass,
    redisinsight, gitkraken, sourcetree, fork, tower, github desktop, githubdesktop, gitg, gitk, git-cola, smartgit,
    tortoisegitproc, meld, kdiff3, beyond compare, bcompare, winmerge, docker desktop, podman desktop, lens,
    rancher desktop, virtualbox, virtualboxvm, vmware, utm, xterm, uxterm, alacritty, kitty, wezterm, wezterm-gui,
    ghostty, foot, konsole, gnome-terminal, gnome-terminal-server, xfce4-terminal, mate-terminal, lxterminal,
    terminator, tilix, terminal, iterm, iterm2, warp, hyper, tabby, windowsterminal, wt, cmd, powershell, pwsh,
    putty, mobaxterm, securecrt, termius, winscp, filezilla, cyberduck, ghidra, ida64, kicad, eagle, ltspice
  `,
  design: `
    figma, figma-linux, sketch, adobe xd, xd, photoshop, adobe photoshop, illustrator, adobe illustrator, indesign,
    adobe indesign, afterfx, after effects, adobe premiere pro, premiere, lightroom, lightroom classic, bridge,
    animate, affinity designer, affinity photo, affinity publisher, designer, coreldraw, coreldrw, gimp, gimp-2.10,
    gimp-3.0, inkscape, krita, scribus, darktable, rawtherapee, blender, maya, 3dsmax, cinema 4d, houdini, zbrush,
    rhino, sketchup, autocad, acad, acadlt, revit, archicad, vectorworks, freecad, fusion360, fusion 360,
    solidworks, sldworks, catia, inventor, onshape, tinkercad, openscad, davinci resolve, resolve, kdenlive,
    shotcut, openshot, final cut pro, motion, vegas, audacity, ardour, reaper, logic pro, ableton live, fl studio,
    penpot, framer, principle, balsamiq, axure, mypaint, paint, mspaint, pinta, kolourpaint, drawio, draw.io, dia,
    omnigraffle, visio, yed
  `,
  documents: `
    winword, word, microsoft word, excel, microsoft excel, powerpnt, powerpoint, microsoft powerpoint, onenote,
    microsoft onenote, publisher, mspub, soffice, soffice.bin, libreoffice, libreoffice-writer, libreoffice-calc,
    libreoffice-impress, swriter, scalc, simpress, sdraw, onlyoffice-desktopeditors, desktopeditors, wps, et, wpp,
    pages, numbers, keynote, abiword, gnumeric, calligra, focuswriter, scrivener, ulysses, ia writer, typora,
    marktext, obsidian, logseq, joplin, notion, evernote, bear, craft, simplenote, standard notes, zettlr,
    roam research, anytype, notepad, wordpad, textedit, stickynotes, xournalpp, rnote, acrobat, acrord32,
    adobe acrobat, foxitreader, foxit pdf reader, sumatrapdf, evince, okular, atril, xreader, zathura, preview,
    pdf expert, skim, calibre, zotero, mendeley, endnote, citavi, jabref, texstudio, texmaker, texworks, lyx, kile,
    overleaf, latexit, docusign, deepl, trados studio, memoq
  `,
  communication: `
    outlook, olk, microsoft outlook, thunderbird, evolution, geary, kmail, mail, mailspring, airmail, spark,
    postbox, em client, mailclient, claws-mail, sylpheed, betterbird, proton mail, slack, teams-for-linux,
    mattermost, rocketchat, rocket.chat, zulip, element, element-desktop, fractal, discord, telegram,
    telegram-desktop, whatsapp, wire, skype, viber, line, wechat, feishu, lark, dingtalk, pidgin, hexchat, irssi,
    weechat, quassel, konversation, polari, gajim, dino, beeper, ferdium, franz, rambox, front, missive, superhuman,
    hiri, stackfield, flock, twist
  `,
  meetings: `
    zoom, zoom.us, zoom workplace, teams, ms-teams, microsoft teams, webex, ciscocollabhost, webexmta, gotomeeting,
    g2mcomm, bluejeans, jitsi meet, jitsi-meet, facetime, google meet, ringcentral, dialpad, 3cx, 3cxdesktopapp,
    teamviewer, anydesk, around, gather, whereby, bigbluebutton, obs, obs64, obs studio, loom, krisp, linphone,
    zoiper, mitel
  `,
  planning: `
    jira, linear, asana, trello, monday, monday.com, clickup, basecamp, todoist, ticktick, things, things3,
    omnifocus, microsoft to do, todo, planner, msproject, winproj, microsoft project, projectlibre, ganttproject,
    merlin project, wrike, smartsheet, airtable, miro, mural, lucidchart, freemind, freeplane, xmind, mindmanager,
    mindnode, simplemind, fantastical, calendar, gnome-calendar, korganizer, busycal, timery, toggl track, clockify,
    harvest, kimai, timely, gnome-todo, endeavour, planify, taskwarrior, superproductivity, height, shortcut,
    openproject, teamgantt
  `,
  reference: `
    dash, zeal, devdocs, devhelp, yelp, khelpcenter, hh, help viewer, dictionary, goldendict, stardict, artha,
    kiwix, kindle, foliate, books, apple books, adobe digital editions, fbreader, anki, mnemosyne, google earth,
    googleearth, gnome-maps, maps, marble, gnome-characters, charmap, kcharselect, speedcrunch, qalculate,
    qalculate-gtk, calculator, gnome-calculator, kcalc, calc, numi, soulver, wolframalpha
  `,
  business: `
    sap, saplogon, saplgpad, sapgui, sap business client, dynamics, ax32, microsoft dynamics nav, dynamics 365,
    salesforce, hubspot, pipedrive, zoho crm, odoo, netsuite, oracle, quickbooks, qbw, sage, sage50, datev,
    datev arbeitsplatz, lexware, lexoffice, xero, freshbooks, gnucash, kmymoney, wave, exact, afas, tallyprime,
    tally, jtl-wawi, navision, powerbi, pbidesktop, power bi desktop, tableau, qlik sense, qlikview, looker, knime,
    alteryx, alteryxgui, rapidminer, spss, stats, minitab, stata, sas, eviews, zendesk, freshdesk, servicenow,
    genesys, avaya, five9, shopify pos, lightspeed, toast, square
  `,
  system: `
    explorer, finder, nautilus, org.gnome.nautilus, dolphin, thunar, nemo, caja, pcmanfm, ranger, double commander,
    doublecmd, totalcmd, totalcmd64, krusader, forklift, systemsettings, gnome-control-center, control,
    systempreferences, system preferences, system settings, settings, taskmgr, gnome-system-monitor,
    plasma-systemmonitor, ksysguard, htop, activity monitor, console, disk utility, gparted, gnome-disks, baobab,
    filelight, regedit, mmc, eventvwr, perfmon, msconfig, gnome-software, plasma-discover, discover, synaptic,
    pamac, app store, winstore.app, 7zfm, winrar, ark, file-roller, engrampa, the unarchiver, keka,
    xfce4-settings-manager, xfdesktop, xfce4-panel, gnome-shell, plasmashell, kwin, dock, searchhost,
    startmenuexperiencehost, shellexperiencehost, applicationframehost, spotlight, alfred, raycast, ulauncher,
    krunner, rofi, flameshot, spectacle, snippingtool, screenshot, gnome-screenshot, shutter, sharex, greenshot,
    cups, simple-scan, skanlite, remmina, mstsc, vncviewer, rustdesk, parsec, timeshift, daylight
  `,
  news: `
    feedly, reeder, netnewswire, newsflash, liferea, akregator, quiterss, rssguard, news, apple news, newsblur,
    inoreader, thunderbird news, pocket, flipboard, fluent reader, raven reader
  `,
  social: `
    facebook, messenger, instagram, twitter, tweetdeck, x, tiktok, snapchat, reddit, mastodon, tuba, tokodon,
    whalebird, sengi, bluesky, threads, linkedin, xing, pinterest, tumblr, corebird, cawbird, ivory, hootsuite,
    buffer
  `,
  entertainment: `
    spotify, apple music, music, itunes, rhythmbox, clementine, strawberry, amarok, elisa, lollypop, tidal,
    tidal-hifi, deezer, cider, foobar2000, winamp, aimp, audacious, vlc, mpv, mplayer, totem, celluloid, smplayer,
    haruna, quicktime player, wmplayer, mpc-hc64, potplayermini64, tv, netflix, plex, jellyfin, jellyfinmediaplayer,
    kodi, stremio, freetube, twitch, chatterino, steam, steamwebhelper, epicgameslauncher, epic games launcher,
    goggalaxy, gog galaxy, heroic, lutris, battle.net, origin, eadesktop, ubisoftconnect, minecraft,
    minecraftlauncher, prismlauncher, roblox, robloxplayerbeta, league of legends, dota2, csgo, cs2, valorant,
    retroarch, dosbox, aisleriot, gnome-mines, solitaire, gnome-chess, kpat, minetest, supertuxkart, podcasts,
    gpodder, audible, overcast
  `,
  shopping: `amazon, amazon shopping, ebay, etsy, aliexpress, zalando, ikea, shop`,
  travel: `booking.com, airbnb, expedia, db navigator, tripit, uber, lyft, flightradar24, skyscanner`,
} as const;

/**
 * Programs whose window is nobody's business on any policy: secrets, lock screens, money, health, private messages. An
 * entry covers every name that begins with its words: `keepassxc` also `keepassxc-beta` and `org.keepassxc.KeePassXC`.
 */
export const sensitiveNames = `
  keepass, keepass2, keepassx, keepassxc, keepassium, keeweb, 1password, bitwarden, lastpass, dashlane, enpass,
  nordpass, proton pass, roboform, keeper password manager, keepersecurity, strongbox, macpass, passwords, secrets,
  gnome secrets, gnome keyring, gpass, qtpass, buttercup, psono, padloc, passbolt, vaultwarden, zoho vault, sticky password,
  gopass, pwsafe, rofi pass, seahorse, kwalletmanager, kwalletmanager5, kwalletd5, kwalletd6, kwallet query,
  keychain access, credwiz, authy, yubico authenticator, yubioath, ente auth, authenticator, 2fas, aegis, kleopatra,
  gpa, pinentry, gcr prompter, gcr viewer, gcr4 prompter, ksshaskpass, veracrypt, zulucrypt,
  polkit gnome authentication agent 1, polkit kde authentication agent 1, securityagent, credentialuibroker, consent,
  i3lock, swaylock, hyprlock, waylock, gtklock, slock, xlock, xsecurelock, xtrlock, physlock, xscreensaver,
  light locker, gnome screensaver, mate screensaver, cinnamon screensaver, xfce4 screensaver, kscreenlocker,
  kscreenlocker_greet, betterlockscreen, lockapp, logonui, loginwindow, screensaverengine, lightdm, gdm, sddm,
  greetd, moneymoney, banking4, starmoney, hibiscus, jameica, wiso steuer, elsterformular, tax, taxman, turbotax,
  quicken, banktivity, ledger live, trezor suite, electrum, exodus, bisq, monero wallet gui, signal, threema, session,
  briar, simplex, tor browser, torbrowser, apple health, clue, flo, headspace, calm, tinder, bumble, grindr, hinge
`;

/** Whatever has one of these in its name, written without spaces and hyphens, asks for a secret or keeps some. */
export const sensitiveStems =
  'askpass, keepass, password, pinentry, polkit, authdialog, bitwarden, 1password, screenlock';
