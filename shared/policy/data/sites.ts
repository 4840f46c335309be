/** What kind of work a site is for, by registrable domain. Sites that reveal special categories are in `special.ts`. */
export const siteDomains = {
  development: `
    github.com, github.dev, github.io, githubusercontent.com, gitlab.com, bitbucket.org, codeberg.org, sr.ht,
    gitea.com, gitea.io, sourceforge.net, npmjs.com, npmjs.org, nodejs.org, deno.com, deno.land, jsr.io, bun.sh,
    pypi.org, python.org, readthedocs.io, rubygems.org, ruby-lang.org, crates.io, docs.rs, rust-lang.org, lib.rs,
    go.dev, golang.org, packagist.org, php.net, nuget.org, maven.org, mvnrepository.com, kotlinlang.org,
    scala-lang.org, swift.org, haskell.org, elixir-lang.org, hex.pm, cppreference.com, isocpp.org, ziglang.org,
    julialang.org, r-project.org, stackoverflow.com, stackexchange.com, superuser.com, serverfault.com,
    askubuntu.com, typescriptlang.org, react.dev, reactjs.org, vuejs.org, angular.dev, svelte.dev, nextjs.org,
    nuxt.com, vite.dev, vitejs.dev, vitest.dev, js.org, babeljs.io, eslint.org, prettier.io,
    tailwindcss.com, getbootstrap.com, jquery.com, d3js.org, threejs.org, caniuse.com, w3.org, whatwg.org,
    w3schools.com, jsfiddle.net, codepen.io, codesandbox.io, stackblitz.com, replit.com, glitch.com, vercel.com,
    netlify.com, heroku.com, render.com, railway.app, fly.io, digitalocean.com, linode.com, hetzner.com,
    hetzner.cloud, ovhcloud.com, cloudflare.com, fastly.com, amazonaws.com, docker.com, kubernetes.io, helm.sh,
    terraform.io, hashicorp.com, ansible.com, jenkins.io, circleci.com, travis-ci.com, sonarcloud.io, snyk.io,
    sentry.io, datadoghq.com, newrelic.com, grafana.com, grafana.net, pagerduty.com, postman.com, swagger.io,
    openapis.org, graphql.org, postgresql.org, mysql.com, sqlite.org, mongodb.com, redis.io, elastic.co,
    supabase.com, jetbrains.com, visualstudio.com, vscode.dev, huggingface.co, kaggle.com,
    tensorflow.org, pytorch.org, arduino.cc, raspberrypi.com, kernel.org, debian.org, ubuntu.com, archlinux.org,
    fedoraproject.org, hackerrank.com, leetcode.com, exercism.org, regex101.com, ietf.org, rfc-editor.org,
    owasp.org, expressjs.com, zod.dev
  `,
  design: `
    figma.com, sketch.com, framer.com, invisionapp.com, zeplin.io, adobe.com, behance.net, dribbble.com, canva.com,
    penpot.app, miro.com, mural.co, unsplash.com, pexels.com, pixabay.com, shutterstock.com, gettyimages.com,
    istockphoto.com, freepik.com, flaticon.com, fontawesome.com, myfonts.com, dafont.com, coolors.co, colorhunt.co,
    awwwards.com, webflow.com, wix.com, squarespace.com, wordpress.com, wordpress.org, autodesk.com, sketchfab.com,
    blender.org, thingiverse.com, printables.com, spline.design, lottiefiles.com, balsamiq.com, axure.com,
    whimsical.com, excalidraw.com, tldraw.com, diagrams.net, lucid.app, lucidchart.com
  `,
  documents: `
    office.com, office365.com, microsoft365.com, sharepoint.com, onedrive.com, dropbox.com, box.com, notion.so,
    notion.site, notion.com, evernote.com, coda.io, quip.com, overleaf.com, scribd.com, docusign.com, docusign.net,
    adobesign.com, smallpdf.com, ilovepdf.com, pdf24.org, nextcloud.com, owncloud.com, onlyoffice.com,
    libreoffice.org, zoho.com, gitbook.io, gitbook.com, readme.io, hackmd.io, grammarly.com, languagetool.org,
    deepl.com, wetransfer.com, typeform.com, surveymonkey.com, slideshare.net, prezi.com, pitch.com, gamma.app,
    zotero.org, mendeley.com
  `,
  communication: `
    gmail.com, outlook.com, live.com, hotmail.com, gmx.net, gmx.de, gmx.at, gmx.ch, web.de, t-online.de, freenet.de,
    posteo.de, mailbox.org, fastmail.com, proton.me, protonmail.com, tutanota.com, tuta.com, hey.com, yahoo.com,
    aol.com, laposte.net, orange.fr, libero.it, seznam.cz, wp.pl, onet.pl, mail.ru, slack.com, discord.com,
    mattermost.com, zulipchat.com, rocket.chat, element.io, telegram.org, whatsapp.com, intercom.com, intercom.io,
    front.com, mailchimp.com, sendgrid.com, twilio.com, brevo.com
  `,
  meetings: `
    zoom.us, zoom.com, webex.com, gotomeeting.com, goto.com, whereby.com, jit.si, bigbluebutton.org,
    ringcentral.com, bluejeans.com, livestorm.co, hopin.com, calendly.com, doodle.com, cal.com, loom.com, otter.ai,
    fireflies.ai, teamviewer.com, anydesk.com
  `,
  planning: `
    atlassian.net, atlassian.com, jira.com, trello.com, asana.com, monday.com, clickup.com, linear.app,
    basecamp.com, wrike.com, smartsheet.com, airtable.com, todoist.com, ticktick.com, shortcut.com,
    pivotaltracker.com, teamwork.com, openproject.org, openproject.com, redmine.org, toggl.com, clockify.me,
    getharvest.com, timely.com, kimai.org, zenkit.com, meistertask.com, mindmeister.com, productboard.com, aha.io,
    height.app, teamgantt.com, taiga.io, youtrack.cloud
  `,
  reference: `
    google.com, google.de, google.at, google.ch, google.fr, google.it, google.es, google.pl, google.nl,
    google.co.uk, bing.com, duckduckgo.com, ecosia.org, startpage.com, qwant.com, brave.com, kagi.com, baidu.com,
    yandex.com, wikipedia.org, wiktionary.org, wikimedia.org, wikidata.org, wikibooks.org, britannica.com, dict.cc,
    leo.org, pons.com, duden.de, merriam-webster.com, dictionary.com, thesaurus.com, linguee.com, linguee.de,
    reverso.net, wolframalpha.com, archive.org, arxiv.org, jstor.org, researchgate.net, academia.edu,
    semanticscholar.org, springer.com, sciencedirect.com, ieee.org, acm.org, nature.com, science.org, mozilla.org,
    microsoft.com, apple.com, oracle.com, ibm.com, redhat.com, europa.eu, coursera.org, udemy.com, edx.org,
    khanacademy.org, pluralsight.com, linkedinlearning.com, codecademy.com, duolingo.com, openstreetmap.org,
    iso.org, din.de, statista.com, ourworldindata.org, openai.com, chatgpt.com, claude.ai, anthropic.com,
    perplexity.ai, mistral.ai, gutenberg.org, w3techs.com, howstuffworks.com, quora.com
  `,
  business: `
    salesforce.com, force.com, hubspot.com, pipedrive.com, zendesk.com, freshdesk.com, freshworks.com,
    servicenow.com, sap.com, netsuite.com, workday.com, myworkday.com, personio.de, personio.com, bamboohr.com,
    gusto.com, rippling.com, deel.com, datev.de, lexoffice.de, lexware.de, sevdesk.de, xero.com, quickbooks.com,
    intuit.com, freshbooks.com, sage.com, odoo.com, dynamics.com, powerbi.com, tableau.com, looker.com, qlik.com,
    shopify.com, stripe.com, adyen.com, mollie.com, chargebee.com, zuora.com, ahrefs.com, semrush.com, moz.com,
    similarweb.com, hotjar.com, mixpanel.com, amplitude.com, segment.com, optimizely.com, g2.com, capterra.com,
    crunchbase.com, dnb.com, northdata.de, bundesanzeiger.de, handelsregister.de, sedex.com, ups.com, dhl.com,
    dhl.de, fedex.com, dpd.com
  `,
  system: `
    okta.com, auth0.com, onelogin.com, duosecurity.com, microsoftonline.com, jamf.com, intune.com, fast.com,
    speedtest.net
  `,
  news: `
    nytimes.com, washingtonpost.com, wsj.com, ft.com, economist.com, bloomberg.com, reuters.com, apnews.com,
    cnn.com, bbc.com, bbc.co.uk, theguardian.com, independent.co.uk, telegraph.co.uk, thetimes.co.uk, npr.org,
    usatoday.com, cnbc.com, forbes.com, businessinsider.com, spiegel.de, zeit.de, faz.net, sueddeutsche.de, welt.de,
    tagesschau.de, zdf.de, ard.de, n-tv.de, handelsblatt.com, stern.de, focus.de, bild.de, taz.de, heise.de,
    golem.de, orf.at, derstandard.at, diepresse.com, nzz.ch, srf.ch, tagesanzeiger.ch, 20min.ch, lemonde.fr,
    lefigaro.fr, liberation.fr, lesechos.fr, franceinfo.fr, elpais.com, elmundo.es, abc.es, lavanguardia.com,
    corriere.it, repubblica.it, lastampa.it, ilsole24ore.com, ansa.it, publico.pt, nos.nl, nu.nl, nrc.nl, vrt.be,
    rtbf.be, dr.dk, svt.se, dn.se, nrk.no, vg.no, yle.fi, hs.fi, gazeta.pl, wyborcza.pl, idnes.cz, index.hu,
    kathimerini.gr, nhk.or.jp, asahi.com, scmp.com, aljazeera.com, thehindu.com, techcrunch.com, theverge.com,
    wired.com, arstechnica.com, ycombinator.com, theregister.com, slashdot.org, zdnet.com, cnet.com, engadget.com,
    medium.com, substack.com, axios.com, politico.com, politico.eu
  `,
  social: `
    facebook.com, instagram.com, twitter.com, x.com, tiktok.com, snapchat.com, reddit.com, linkedin.com, xing.com,
    pinterest.com, tumblr.com, mastodon.social, mastodon.online, bsky.app, threads.net, threads.com, vk.com,
    weibo.com, nebenan.de, nextdoor.com, meetup.com, fosstodon.org, lemmy.world,
    9gag.com, imgur.com, flickr.com, twitch.com, clubhouse.com
  `,
  entertainment: `
    youtube.com, youtu.be, netflix.com, primevideo.com, disneyplus.com, hulu.com, max.com, hbomax.com,
    paramountplus.com, joyn.de, rtl.de, wow.tv, dazn.com, sky.de, sky.com, crunchyroll.com, spotify.com, deezer.com,
    tidal.com, soundcloud.com, bandcamp.com, last.fm, twitch.tv, vimeo.com, dailymotion.com, imdb.com,
    rottentomatoes.com, letterboxd.com, steampowered.com, steamcommunity.com, epicgames.com, gog.com, itch.io,
    ign.com, gamespot.com, roblox.com, minecraft.net, chess.com, lichess.org, kicker.de, sport1.de, espn.com,
    transfermarkt.de, uefa.com, fifa.com, nba.com, nfl.com, formula1.com, lequipe.fr, marca.com, gazzetta.it,
    goodreads.com, audible.com, audible.de
  `,
  shopping: `
    amazon.com, amazon.de, amazon.co.uk, amazon.fr, amazon.it, amazon.es, amazon.nl, amazon.pl, ebay.com, ebay.de,
    ebay.co.uk, kleinanzeigen.de, willhaben.at, ricardo.ch, etsy.com, aliexpress.com, alibaba.com, temu.com,
    shein.com, zalando.de, zalando.com, otto.de, mediamarkt.de, saturn.de, idealo.de, geizhals.de, ikea.com,
    walmart.com, target.com, bestbuy.com, costco.com, homedepot.com, aboutyou.de, hm.com, zara.com, asos.com,
    decathlon.de, decathlon.fr, bol.com, coolblue.nl, allegro.pl, cdiscount.com, fnac.com, leboncoin.fr, galaxus.de,
    galaxus.ch, digitec.ch, notebooksbilliger.de, alternate.de, reichelt.de, conrad.de, rewe.de, lidl.de, aldi.de,
    tesco.com, vinted.de, vinted.fr, newegg.com, thomann.de
  `,
  travel: `
    booking.com, airbnb.com, airbnb.de, expedia.com, expedia.de, hotels.com, hrs.de, hrs.com, trivago.de,
    trivago.com, tripadvisor.com, tripadvisor.de, kayak.com, skyscanner.net, skyscanner.com, momondo.com, bahn.de,
    bahn.com, oebb.at, sbb.ch, sncf-connect.com, trenitalia.com, trainline.com, thetrainline.com, flixbus.de,
    flixbus.com, eurostar.com, lufthansa.com, ryanair.com, easyjet.com, eurowings.com, airfrance.fr, klm.com,
    britishairways.com, emirates.com, delta.com, united.com, aa.com, uber.com, lyft.com, bolt.eu, sixt.de,
    europcar.com, hertz.com, check24.de, tui.com, marriott.com, hilton.com, accor.com, ihg.com, concur.com,
    flightradar24.com, bvg.de, vbb.de, mvv-muenchen.de
  `,
} as const;
