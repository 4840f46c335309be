/**
 * Sites whose mere visit can reveal what GDPR Art. 9 and common decency keep from an employer: health, religion, union,
 * politics, sexual life and orientation, dating, ethnic origin, criminal matters, money, looking for another job; and
 * those that keep people's passwords, as the programs of the same names do (`sensitiveNames`). An entry covers the
 * host itself and everything below it; an entry without a dot is a top-level domain. docs/REDACTION.md says how well the
 * lists do, and by which rule they may grow.
 */
export const specialHosts = `
  abortion, adult, bank, bible, bioethics, catholic, church, clinic, creditunion, dating, dental, dentist, diet,
  doctor, democrat, gay, gop, health, healthcare, hiv, hospital, insurance, islam, kosher, lgbt, loan, loans, med,
  medical, mormon, ngo, pharmacy, physio, porn, rehab, republican, sex, sexy, surgery, vote, voto, xxx, voting,
  fertility,

  nhs.uk, nhs.net, nhs.scot, gesund.bund.de, doctolib.de, doctolib.fr, doctolib.it, jameda.de, netdoktor.de,
  netdoktor.at, apotheken-umschau.de, onmeda.de, lifeline.de, gesundheit.gv.at, docmorris.de, shop-apotheke.com,
  webmd.com, mayoclinic.org, healthline.com, medlineplus.gov, drugs.com, everydayhealth.com, clevelandclinic.org,
  zocdoc.com, goodrx.com, 23andme.com, ancestry.com, myheritage.com, ameli.fr, doctissimo.fr, vidal.fr,
  mediktor.com, patient.info, patientslikeme.com, teladoc.com, betterhelp.com, talkspace.com, headspace.com,
  calm.com, hims.com, forhers.com, plannedparenthood.org, profamilia.de, aidshilfe.de, thebody.com, poz.com,
  krebsinformationsdienst.de, krebshilfe.de, cancer.org, cancer.gov, macmillan.org.uk, deutsche-depressionshilfe.de,
  telefonseelsorge.de, nummergegenkummer.de, samaritans.org, mind.org.uk, nami.org, suicidepreventionlifeline.org,
  988lifeline.org, anonyme-alkoholiker.de, aa.org, na.org, smartrecovery.org, kenn-dein-limit.de,
  check-dein-spiel.de, bzga.de, tk.de, barmer.de, dak.de, aok.de, ikk-classic.de, kkh.de, hek.de, bkk-vbu.de,
  css.ch, helsana.ch, swica.ch, oegk.at, flo.health, helloclue.com, urbia.de, kinderwunschseite.de, babycenter.com,
  whattoexpect.com, myfitnesspal.com, weightwatchers.com, health.google.com, fitbit.com, diabetes.org, diabetes.de,
  alz.org, adhd.de, additudemag.com, autism.org.uk, epic.com, mychart.com,

  vatican.va, vaticannews.va, ekd.de, katholisch.de, dbk.de, evangelisch.de, kirche.de, bistum.de,
  erzbistum-koeln.de, jw.org, churchofjesuschrist.org, lds.org, biblegateway.com, bible.com, youversion.com,
  bibleserver.com, quran.com, islamicfinder.org, muslimpro.com, islam.de, ditib.de, zentralrat.de, islamqa.info,
  chabad.org, zentralratderjuden.de, jewishvirtuallibrary.org, myjewishlearning.com, sefaria.org, dhammatalks.org,
  buddhanet.net, tricycle.org, hinduismtoday.com, sikhnet.com, churchofengland.org, scientology.org, elim.org.uk,
  opusdei.org, taize.fr, gbs-schweiz.org, humanismus.de, ffrf.org,

  dgb.de, verdi.de, igmetall.de, igbce.de, gew.de, gdp.de, evg-online.org, ngg.net, igbau.de, dbb.de,
  betriebsrat.de, betriebsrat.com, boeckler.de, bund-verlag.de, oegb.at, gpa.at, proge.at, vida.at,
  arbeiterkammer.at, unia.ch, syndicom.ch, sgb.ch, tuc.org.uk, unison.org.uk, unitetheunion.org, gmb.org.uk,
  usdaw.org.uk, prospect.org.uk, cwu.org, aflcio.org, seiu.org, uaw.org, teamster.org, cwa-union.org, afscme.org,
  ibew.org, unionize.org, nlrb.gov, workerorganizing.org, cgt.fr, cfdt.fr, force-ouvriere.fr, sud-solidaires.org,
  cgil.it, cisl.it, uil.it, ccoo.es, ugt.es, cgtp.pt, fnv.nl, cnv.nl, abvv.be, acv-csc.be, lo.se, lo.no, lo.dk,
  fh.dk, sak.fi, opzz.org.pl, solidarnosc.org.pl, etuc.org, ituc-csi.org, techworkerscoalition.org,

  cdu.de, csu.de, spd.de, gruene.de, fdp.de, afd.de, die-linke.de, bsw-vg.de, piratenpartei.de, volteuropa.org,
  freiewaehler.eu, oevp.at, dievolkspartei.at, spoe.at, fpoe.at, gruene.at, neos.eu, svp.ch, sp-ps.ch, fdp.ch,
  die-mitte.ch, gruene.ch, labour.org.uk, conservatives.com, libdems.org.uk, greenparty.org.uk, snp.org,
  reformparty.uk, democrats.org, gop.com, dsausa.org, lp.org, actblue.com, winred.com, parti-socialiste.fr,
  rassemblementnational.fr, lafranceinsoumise.fr, republicains.fr, parti-renaissance.fr, psoe.es, pp.es,
  voxespana.es, podemos.info, partitodemocratico.it, fratelli-italia.it, movimento5stelle.eu, legaonline.it,
  pis.org.pl, platforma.org, campact.de, change.org, openpetition.de, avaaz.org, moveon.org, amnesty.org,
  amnesty.de, wahl-o-mat.de, fridaysforfuture.de, letztegeneration.org,

  tinder.com, bumble.com, hinge.co, okcupid.com, match.com, eharmony.com, parship.de, parship.com, elitepartner.de,
  lovescout24.de, neu.de, edarling.de, badoo.com, pof.com, meetic.fr, meetic.com, lovoo.com, once.com, happn.com,
  finya.de, bildkontakte.de, joyclub.de, feeld.co, grindr.com, romeo.com, planetromeo.com, gayromeo.com, scruff.com, hornet.com,
  her.app, jdate.com, muzz.com, christianmingle.com, ourtime.com, adultfriendfinder.com, ashleymadison.com,
  seeking.com, pornhub.com, xvideos.com, xnxx.com, xhamster.com, redtube.com, youporn.com, onlyfans.com,
  chaturbate.com, stripchat.com, brazzers.com, fetlife.com, kaufmich.com, eis.de, amorelie.de, lsvd.de, queer.de,
  siegessaeule.de, stonewall.org.uk, glaad.org, hrc.org, thetrevorproject.org, pinknews.co.uk, advocate.com,
  them.us, ilga.org, transgender-info.de, dgti.org, mermaidsuk.org.uk,

  paypal.com, sparkasse.de, volksbank.de, vr.de, deutsche-bank.de, db.com, commerzbank.de, postbank.de, dkb.de,
  ing.de, ing.com, ing.nl, comdirect.de, consorsbank.de, n26.com, targobank.de, hypovereinsbank.de, norisbank.de,
  santander.de, santander.com, gls.de, ethikbank.de, tomorrow.one, bunq.com, revolut.com, wise.com,
  traderepublic.com, scalable.capital, flatex.de, erstebank.at, sparkasse.at, raiffeisen.at, raiffeisen.ch,
  bawag.at, bankaustria.at, ubs.com, credit-suisse.com, postfinance.ch, zkb.ch, chase.com, bankofamerica.com,
  wellsfargo.com, citi.com, citibank.com, capitalone.com, usbank.com, pnc.com, schwab.com, fidelity.com,
  vanguard.com, ally.com, discover.com, americanexpress.com, navyfederal.org, sofi.com, chime.com, robinhood.com,
  etrade.com, venmo.com, cash.app, zellepay.com, barclays.co.uk, hsbc.com, hsbc.co.uk, lloydsbank.com, natwest.com,
  halifax.co.uk, nationwide.co.uk, monzo.com, starlingbank.com, tsb.co.uk, bnpparibas.com, mabanque.bnpparibas,
  societegenerale.fr, credit-agricole.fr, creditmutuel.fr, labanquepostale.fr, boursobank.com, bbva.es, bbva.com,
  caixabank.es, bankinter.com, unicredit.it, intesasanpaolo.com, rabobank.nl, abnamro.nl, kbc.be, belfius.be,
  nordea.com, danskebank.dk, swedbank.se, seb.se, handelsbanken.se, dnb.no, op.fi, pkobp.pl, mbank.pl, csob.cz,
  otpbank.hu, coinbase.com, binance.com, kraken.com, bitpanda.com, klarna.com, mint.com, creditkarma.com,
  experian.com, equifax.com, schufa.de, meineschufa.de, elster.de, finanzonline.bmf.gv.at, irs.gov,
  turbotax.intuit.com, hrblock.com, smartsteuer.de, taxfix.de, wiso-steuer.de, mysavings.com, nerdwallet.com,
  finanztip.de, arbeitsagentur.de, jobcenter.digital, ams.at, deutsche-rentenversicherung.de,

  indeed.com, indeed.de, stepstone.de, monster.com, monster.de, jobs.ch, karriere.at, willhaben.jobs,
  ziprecruiter.com, totaljobs.com, reed.co.uk, apec.fr, welcometothejungle.com, infojobs.net, pracuj.pl,

  bitwarden.com, bitwarden.eu, bitwarden.net, vaultwarden.net, 1password.com, 1password.eu, 1password.ca, lastpass.com,
  lastpass.eu, dashlane.com, keepersecurity.com, keepersecurity.eu, keepersecurity.us, keepersecurity.ca,
  keepersecurity.jp, keepersecurity.com.au, nordpass.com, protonpass.com, pass.proton.me,
  passwords.google.com, passwords.google, icloud.com, passwords.dropbox.com, roboform.com, enpass.io, passbolt.com, psono.com,
  psono.pw, padloc.app, keeweb.info, keepass.info, keepassxc.org, buttercup.pw, strongboxsafe.com, stickypassword.com,
  truekey.com, logmeonce.com, passpack.com, passwarden.com, lesspass.com, spectre.app, heylogin.com, heylogin.app,
  uniqkey.eu, teampass.net, vault.zoho.com, vault.zoho.eu, pwm.trendmicro.com, identitysafe.norton.com, authy.com,
  auth.ente.io, 2fas.com, haveibeenpwned.com,

  mountsinai.org, cedars-sinai.org, uclahealth.org, spirehealthcare.com, charite.de, uke.de, asklepios.com, sana.de,
  chu-lyon.fr, gustaveroussy.fr, quironsalud.com, erasmusmc.nl, esveikata.lt, aiims.edu, einstein.br, sickkids.ca, usz.ch,
  uzleuven.be, aetna.com, uhc.com, humana.com, anthem.com, harmonie-mutuelle.fr, mgen.fr, cz.nl, vgz.nl, vitality.co.uk,
  adeslas.es, medibank.com.au, walgreens.com, riteaid.com, medpex.de, doz.pl, questdiagnostics.com, mp.pl, medonet.pl,
  pazienti.it, gezondheidsplein.nl, heart.org, nationalmssociety.org, cff.org, aides.org, msichoices.org.uk, resolve.org,
  7cups.com, headspace.org.au, beyondblue.org.au, add.org, al-anon.org, gamcare.org.uk, samhsa.gov, rnib.org.uk,
  sense.org.uk, livestrong.org, komen.org,

  ncregister.com, sbc.net, umc.org, pcusa.org, saddleback.com, hillsong.com, alpha.org, desiringgod.org, familysearch.org,
  nak.org, aelf.org, consistoire.org, evl.fi, kirken.no, wiara.pl, bernardinai.lt, icna.org, isna.net, aish.com, urj.org,
  theus.org.uk, jewfaq.org, baps.org, tirumala.org, sgpc.net, patheos.com,

  usw.org, iww.org, unionplus.org, labornotes.org, rmt.org.uk, aslef.org.uk, stuc.org.uk, ictu.ie, siptu.ie, forsa.ie,
  marburger-bund.de, cfecgc.org, solidaires.org, snes.edu, usb.it, cgt.org.es, ugt.pt, vcp.nl, hetacv.be, syna.ch,
  unionen.se, tco.se, saco.se, kommunal.se, fho.dk, 3f.dk, ozzip.pl, znp.edu.pl, lpsk.lt, actu.org.au, asu.asn.au,
  psa.org.nz, cupe.ca, forcasindical.org.br, cosatu.org.za, numsa.org.za, jtuc-rengo.or.jp,

  gp.org, donaldjtrump.com, nra.org, aclu.org, heritage.org, plaid.cymru, finegael.ie, lesecologistes.fr, vvd.nl, d66.nl,
  pvv.nl, groenlinks.nl, moderaterna.se, sd.se, venstre.dk, konfederacja.pl, alp.org.au, liberal.ca, da.org.za,

  zoosk.com, shaadi.com, knuddels.de, fruitz.io, attractiveworld.net, lexa.nl, relatieplanet.nl, loveplanet.ru,
  par-perfeito.com.br, theleague.com, thursday.com, taimi.com, date.dk, motesplatsen.se, itgetsbetter.org,
  transequality.org, tetu.com, coc.nl, gayiceland.is, out.com, lovehoney.co.uk, literotica.com,

  truist.com, aib.ie, haspa.de, fineco.it, abanca.com, itau.com.br, bradesco.com.br, westpac.com.au, td.com, mufg.jp,
  fnb.co.za, hl.co.uk, ynab.com, ing.pl,

  naacp.org, splcenter.org, centralcouncil.co.uk, romev.de, sintiundroma.org, hias.org, refuge.org.uk, unlock.org.uk,

  gofundme.com, weisser-ring.de, hilfetelefon.de, thehotline.org, rainn.org, frauenhauskoordinierung.de, asyl.net,
  proasyl.de, uscis.gov, bamf.de, torproject.org, justanswer.com, anwalt.de, scheidung.de, avvo.com
`;

/**
 * A host is special, too, when one of its labels holds one of these as a whole word: `st-anna-klinik.de`, `my-
 * bank.example`.
 */
export const specialWords = `
  health, healthcare, hospital, clinic, clinics, medical, medicine, doctor, doctors, patient, patients, dentist,
  dental, pharmacy, therapy, therapist, psychologist, psychiatry, psychotherapy, counseling, counselling,
  depression, anxiety, cancer, oncology, diabetes, hiv, aids, fertility, pregnancy, pregnant, abortion, addiction,
  rehab, alcoholics, hospice, autism, adhd, disability, mychart, ehealth, gesundheit, krankenhaus, klinik, klinikum,
  kliniken, arzt, aerzte, arztpraxis, praxis, zahnarzt, hausarzt, frauenarzt, patienten, apotheke, therapie,
  psychotherapie, psychologe, psychiatrie, depressionen, krebs, sucht, suchthilfe, suchtberatung, schwangerschaft,
  schwanger, kinderwunsch, krankenkasse, krankenversicherung, behinderung, selbsthilfe, pflegedienst, hospiz, reha,
  sante, hopital, clinique, medecin, medecins, pharmacie, grossesse, psychologue, salud, clinica, medico, medicos,
  farmacia, embarazo, psicologo, salute, ospedale, farmacie, gravidanza, psicologa, ziekenhuis, huisarts, apotheek,
  zorg, zwangerschap, szpital, lekarz, apteka, zdrowie, nemocnice, lekar, lekarna, sjukhus, vardcentral, sykehus,
  lege, sygehus, laege, sairaala, saude, medica, church, churches, parish, diocese, bible, christian, catholic,
  evangelical, mosque, islam, islamic, muslim, quran, synagogue, jewish, judaism, torah, buddhist, buddhism,
  hindu, sikh, prayer, gospel, faith, ministry, kirche, kirchen, kirchengemeinde, pfarrei, pfarramt, gemeindehaus,
  bistum, erzbistum, katholisch, evangelisch, moschee, muslime, juedisch, juedische, christlich, gebet, glaube,
  diakonie, caritas, eglise, paroisse, mosquee, iglesia, parroquia, mezquita, chiesa, parrocchia, moschea, kerk,
  parochie, moskee, kosciol, parafia, meczet, kostel, kyrka, kirke, kirkko, igreja, union, unions, unionize,
  unionise, labor, labour, strike, worksrights, workscouncil, gewerkschaft, gewerkschaften, betriebsrat,
  personalrat, streik, tarifvertrag, arbeitsrecht, arbeiterkammer, syndicat, syndicats, syndical, sindicato,
  sindicatos, sindacato, sindacati, vakbond, vakbeweging, zwiazek, zwiazkowy, odbory, fackforbund, facket,
  fagforening, ammattiliitto, strajk, greve, huelga, sciopero, party, politics, campaign, elect, election,
  elections, democrats, republicans, socialist, socialists, communist, conservative, petition, partei, parteien,
  wahlkampf, politik, volksbegehren, jusos, parti, politique, partido, politica, partito, partij, politiek, partia,
  lgbt, lgbtq, lgbtqia, gay, gays, lesbian, lesbians, bisexual, transgender, trans, queer, pride, schwul, schwule,
  lesbisch, lesben, lesbienne, homosexuel, homosexual, asexual, nonbinary, dating, singles, singleboerse,
  partnersuche, partnervermittlung, matchmaking, rencontre, rencontres, citas, incontri, randki, seznamka, escort,
  escorts, sex, sexy, porn, porno, xxx, erotic, erotik, fetish, swinger, hookup, nude, nudes, camgirls, hentai,
  bank, banks, banking, onlinebanking, ebanking, netbanking, banque, banques, banco, bancos, banca, banche, bankier,
  bancaire, sparkasse, volksbank, raiffeisenbank, raiffeisen, sparda, creditunion, credit, loan, loans, mortgage,
  debt, bankruptcy, payday, insolvency, insolvenz, schulden, schuldnerberatung, schuldenberatung, kredit, kredite,
  konto, depot, prestamos, hypotheek, lening, pozyczka, kreditkarte, crypto, wallet, casino, gambling, poker,
  betting, lotto, wetten, spielsucht, asylum, refugee, refugees, immigration, asyl, fluechtlinge, scheidung,
  divorce, bewerbung, jobboerse, stellenangebote, stellenmarkt, jobsearch, password, passwords, passwort,
  passwoerter, vault, bitwarden, vaultwarden, passbolt, psono, keeweb, lastpass, dashlane, nordpass, keepass,
  bnpparibas, santander, swedbank, unicredit, erstebank, citibank, hsbc, barclays, revolut, paypal,
  doctolib, doctoralia, docmorris, netdoktor, netdoctor, meetic, edarling, parship, badoo, tinder, bumble, amnesty
`;

/**
 * What is special anywhere in a label of a host, between whatever letters: `apollohospitals.com`. Long enough to mean
 * little else; where a work word holds one, it stands in `harmlessWords`.
 */
export const specialStems = `
  hospital, klinik, clinic, kliniek, krankenhaus, krankenkass, krankenversich, ziekenhuis, zorgverzek, sjukhus, szpital,
  ligonin, apotek, apothek, apteka, pharmac, farmac, vaistin, health, sveikat, zdrow, gesundheit, medic, medizin, doctor,
  doktor, lekarz, dentist, zahnarzt, cancer, krebshilf, krebsinf, onkolog, oncolog, diabet, leukem, leukaem, alzheimer,
  parkinson, epileps, sclerosis, colitis, arthrit, asthma, autism, autist, depress, schizo, psychia, psychoth, psycholog,
  anorex, bulimi, suicid, alcoholi, alkoholi, narcotics, rehabilit, therap, fertilit, kinderwunsch, pregnan, schwanger,
  abortion, midwif, hebamme, hospiz, hospice, dialysis, patient,

  church, kirche, kyrka, chiesa, iglesia, igreja, eglise, kosciol, parafia, catholi, catoli, cattoli, katholi, katoli,
  katalik, evangeli, protestant, lutheran, methodist, baptist, presbyter, adventist, mormon, anglican, orthodox,
  christianity, bible, bibel, gospel, islam, muslim, mosque, moschee, moskee, quran, koran, jewish, judais, synagog, hinduis,
  buddh, dharma, dhamma, krishna, iskcon, vatican, dioces, bistum, episcop, episkop, atheis, humanist, jesus, scientolog,
  bahai, ramadan,

  tradeunion, laborunion, labourunion, workersunion, workersunited, gewerkschaft, fagforbund, fackforbund, sindical,
  sindicat, sindacat, syndicats, syndical, vakbond, vakbeweg, ammattiliit, betriebsrat, personalrat, labour,

  socialdemo, sozialdemo, socialist, sozialist, kommunis, communis, democrat, demokrat, republican, republicain,
  conservativ, konservativ, greenparty, volkspartei, partido, partito,

  matrimon, singleboers, partnervermit, partnersuch, porn, erotic, erotik, fetish, hentai, lesbi, queer, transgend,
  transsex, bisex, homosex, asexual, sexual, lgbt, camgirl, sugardadd, sukkerdadd,

  banking, bankof, royalbank, banco, banque, sparkass, epargne, raiffeis, creditunion, kredit, mortgage, hypothe, payday,
  debtline, loans, schuldner, schulden, insolven, bankrupt, casino, gambl, bitcoin, cryptocurr,

  refugee, asylum, fluechtling, victim, divorce, scheidung, immigra
`;

/** What is special at the end of a word of a label: `commerzbank.de`, and not `bankstown`. */
export const specialEndings =
  'bank, union, kerk, kirke, kirken, kyrkan, partei, dating, singles, krankenkasse, moskee, forbundet';

/** Words of work and of everyday life that hold a stem or end like one. They are taken out before either is looked for. */
export const harmlessWords = `
  hospitality, healthcheck, comedic, doctoral, impatient, churchill, reunion, communion, europeanunion,
  africanunion, updating, validating, consolidating, databank, powerbank, foodbank, imagebank, wordbank, testbank,
  questionbank, knowledgebank, riverbank, piggybank, worldbank, burbank
`;

/**
 * What makes a page special on a site that is not, anywhere in a part of its path, its query or its fragment, other
 * characters than letters left out: `/r/depression`, `?q=early+symptoms+of+diabetes`. Narrower than the words for hosts:
 * `/health` is where a program answers whether it is well, and paths of work hold unions, parties and strikes.
 */
export const specialTopics = `
  depression, antidepress, suicid, selfharm, cancer, chemothera, diabetes, alzheimer, parkinsons, epileps, leukemi,
  leukaemi, multiplesclerosis, multiplesklerose, psychiatr, psychothera, schizophren, bipolardisorder, anorexia,
  bulimia, eatingdisorder, panicattack, alcoholi, alkoholi, abortion, abtreibung, pregnan, schwanger,
  infertil, miscarriage, fehlgeburt, hospital, krankenhaus, pharmacy, krankschreib, hivpositiv, hivtest,

  catholic, katholi, mormon, islam, muslim, judaism, scientology, jehovah, biblestudy, prayergroup,

  tradeunion, laborunion, labourunion, unionorganiz, unionize, gewerkschaft, betriebsratswahl,

  lesbian, lgbt, transgender, homosexu, bisexual, pornhub, onlyfans, personalsads,

  bankruptcy, privatinsolvenz, schuldnerberat, payday, personalloan, refugeestatus, asylumclaim, divorcelawyer
`;
