/** Help for victims, prisoners, migrants and minorities; looking for another job: from general knowledge, country by country, none looked up (docs/REDACTION.md). */
export const personalMatters = `
  aaiusa.org, aapiforumequity.org, aclusocal.org, adc.org, adecco.com, advancingjustice-aajc.org, adzuna.com,
  angel.co, arabamerican.com, blackamericaweb.com, blackenterprise.com, bop.gov, boundless.com, builtin.com,
  careerbuilder.com, careerjet.com, careeronestop.org, childhelp.org, civilrights.org, clearancejobs.com,
  comparably.com, completecase.com, connectnetwork.com, dice.com, efinancialcareers.com, eji.org, enhancv.com,
  famm.org, fishbowlapp.com, flexjobs.com, freelegalanswers.org, getting-out.com, glassdoor.com, governmentjobs.com,
  gtl.net, higheredjobs.com, hired.com, humantraffickinghotline.org, huntr.co, ictnews.org, idealist.org, ilrc.org,
  indiancountrytoday.com, inmateaid.com, innocenceproject.org, itsovereasy.com, jacl.org, jobcase.com,
  jobgether.com, jobright.ai, jobscan.co, jobvite.com, joinhandshake.com, jooble.org, joyfulheartfoundation.org,
  jpay.com, kellyservices.com, kickresume.com, kind.org, lac.org, lawhelp.org, lawyers.com, layoffs.fyi,
  legalmatch.com, lensa.com, levels.fyi, livecareer.com, lsc.gov, lulac.org, maldef.org, manpower.com,
  martindale.com, missingkids.org, myperfectresume.com, naacp.com, naacpldf.org, narf.org, nativenewsonline.net,
  ncadv.org, ncai.org, nilc.org, nolo.com, novoresume.com, nsvrc.org, nul.org, otta.com, ourfamilywizard.com,
  ovc.ojp.gov, payscale.com, polarisproject.org, powertofly.com, prisonfellowship.org, prisonpolicy.org,
  raicestexas.org, randstadusa.com, remote.co, remoteok.com, rescue.org, resume.com, resume.io, resumegenius.com,
  ripplematch.com, roberthalf.com, salary.com, securustech.net, sentencingproject.org, simplify.jobs,
  simplyhired.com, snagajob.com, stopaapihate.org, superlawyers.com, supportkind.org, talent.com, tealhq.com,
  teamblind.com, theforage.com, theladders.com, thelayoff.com, themarshallproject.org, themuse.com, theroot.com,
  topresume.com, trynova.org, unbundled.com, unidosus.org, unitedwedream.org, usajobs.gov, vinelink.com,
  visajourney.com, wellfound.com, wevorce.com, weworkremotely.com, workingnomads.com, writeaprisoner.com, zety.com,

  afn.ca, cavac.qc.ca, ccrweb.ca, charityvillage.com, cic.gc.ca, cleo.on.ca, crrf-fcrr.ca, educaloi.qc.ca,
  elizabethfry.ca, eluta.ca, espresso-jobs.com, guichetemplois.gc.ca, irb-cisr.gc.ca, itk.ca, ivac.qc.ca,
  jobboom.com, jobillico.com, johnhoward.ca, legalaid.bc.ca, legalaid.on.ca, metisnation.ca, metisnation.org,
  monster.ca, neuvoo.ca, nwac.ca, ratemyemployer.ca, settlement.org, sheltersafe.ca, stepstojustice.ca,
  workopolis.com, ziprecruiter.ca,

  advicelocal.uk, advicenow.org.uk, adzuna.co.uk, appeal.org.uk, cafcass.gov.uk, caterer.com, charityjob.co.uk,
  citizensadvice.org.uk, civillegaladvice.service.gov.uk, civilservicejobs.service.gov.uk, clinks.org,
  cv-library.co.uk, cwjobs.co.uk, detentionaction.org.uk, efinancialcareers.co.uk, emailaprisoner.com,
  equalityadvisoryservice.com, equalityhumanrights.com, escapethecity.org, eteach.com, findajob.dwp.gov.uk,
  findalawyer-uk.com, fish4.co.uk, fnf.org.uk, freefromtorture.org, freemovement.org.uk, glassdoor.co.uk,
  guardianjobs.com, gumtree-jobs.com, gypsy-traveller.com, gypsy-traveller.org, hays.co.uk, helenbamber.org,
  howardleague.org, insidetime.org, irwinmitchell.com, jcwi.org.uk, jobs.ac.uk, jobs.theguardian.com, jobsite.co.uk,
  jobstoday.co.uk, kalayaan.org.uk, lawcentres.org.uk, mankind.org.uk, mensadviceline.org.uk, michaelpage.co.uk,
  migranthelpuk.org, milkround.com, monster.co.uk, nacro.org.uk, napac.org.uk, nationalcareers.service.gov.uk,
  nationaldahelpline.org.uk, ndvh.org.uk, nijobfinder.co.uk, nijobs.com, obv.org.uk, pact-prison.org.uk,
  paladinservice.co.uk, prisonadvice.org.uk, prisonersfamilies.org, prisonreformtrust.org.uk, prospects.ac.uk,
  rapecrisis.org.uk, ratemyplacement.co.uk, resolution.org.uk, righttoremain.org.uk, romasupportgroup.org.uk,
  runnymedetrust.org, s1jobs.com, safelives.org.uk, slatergordon.co.uk, survivorsuk.org, suzylamplugh.org,
  targetjobs.co.uk, technojobs.co.uk, tellmamauk.org, travellermovement.org.uk, travellerstimes.org.uk,
  voice-online.co.uk, wikivorce.com, womeninprison.org.uk, womensaid.org.uk, workingmums.co.uk,

  drcc.ie, flac.ie, gradireland.com, ihrec.ie, iprt.ie, irishjobs.ie, itmtrav.ie, jobs.ie, jobsireland.ie,
  legalaidboard.ie, loadzajobs.ie, monster.ie, mrci.ie, nascireland.org, paveepoint.ie, publicjobs.ie,
  recruitireland.com, safeireland.ie, treoir.ie, womensaid.ie,

  1800respect.org.au, adzuna.com.au, aiatsis.gov.au, als.org.au, apsjobs.gov.au, asrc.org.au, careerone.com.au,
  ethicaljobs.com.au, gradconnection.com, humanrights.gov.au, iworkfor.nsw.gov.au, jora.com, legalaid.nsw.gov.au,
  legalaid.vic.gov.au, mauriceblackburn.com.au, naccho.org.au, natsils.org.au, nit.com.au, nitv.org.au, racs.org.au,
  rcoa.org.au, safesteps.org.au, seek.com.au, shine.com.au, slatergordon.com.au, vals.org.au, whiteribbon.org.au,
  workforceaustralia.gov.au,

  aratohu.nz, areyouok.org.nz, communitylaw.org.nz, hrc.co.nz, jobs.govt.nz, safetotalk.nz, seek.co.nz,
  shine.org.nz, womensrefuge.org.nz,

  absolventa.de, academics.de, adecco.de, ado-ev.de, advd.de, adzuna.de, amaroforo.de, antidiskriminierung.org,
  antidiskriminierungsstelle.de, anwalt24.de, anwaltauskunft.de, aubi-plus.de, ausbildung.de, azubiyo.de, bag-s.de,
  bdv.eu, bff-frauen-gegen-gewalt.de, bund-der-vertriebenen.de, campusjaeger.de, die-bewerbungsschreiber.de,
  domowina.de, dtj-online.de, eoto-archiv.de, epojobs.de, experteer.de, flightright.de, frag-einen-anwalt.de,
  frauen-gegen-gewalt.de, frauenhaus-suche.de, gefangenenhilfe.info, gehalt.de, gehaltsreporter.de,
  gehaltsvergleich.com, get-in-it.de, ggua.de, gigajob.com, glassdoor.de, goodjobs.eu, greenjobs.de,
  handbookgermany.de, hays.de, helpcheck.de, heyjobs.co, hilfe-portal-missbrauch.de, hogapage.de, hokify.at,
  hokify.de, honeypot.io, interamt.de, isdonline.de, jmd4you.de, joblift.de, jobrapido.com, jobs.de, jobs.zeit.de,
  jobvector.de, jobware.de, jva.de, kimeta.de, knast.net, kununu.com, lara-berlin.de, lebenslauf.com, lebenslauf.de,
  lehrstellen-radar.de, make-it-in-germany.com, meinestadt-jobs.de, meinpraktikum.de, nachhaltigejobs.de,
  nds-fluerat.org, nina-info.de, odabs.org, randstad.de, rechtsanwalt.com, sorben.com, staufenbiel.de,
  stellenanzeigen.de, stellenwerk.de, straffaelligenhilfe.de, talents4good.org, talentsconnect.com, tgd.de,
  trennung.de, vaeteraufbruch.de, vamv.de, wildwasser.de, workwise.io, yourfirm.de, zentralrat.sintiundroma.de,

  aoef.at, bbu.gv.at, bfa.gv.at, deserteursberatung.at, devjobs.at, frauenhelpline.at, gehaltskompass.at,
  gehaltsrechner.gv.at, gewaltschutzzentrum.at, gleichbehandlungsanwaltschaft.gv.at, hemayat.org, hkdc.at,
  integrationsfonds.at, interventionsstelle-wien.at, job.at, jobs.at, jobs.derstandard.at, jobswype.at,
  klagsverband.at, kununu.at, lohnspiegel.at, meinanwalt.at, metajob.at, monster.at, neustart.at, rechteinfach.at,
  rechtsanwaelte.at, romano-centro.org, slo.at, stepstone.at, weisser-ring.at, wienerinterventionsstelle.at,
  zara.or.at, zebra.or.at,

  alpha.ch, arbeit.swiss, cfr-ekr.ch, frauenhaeuser.ch, gastrojob.ch, gra.ch, humanrights.ch, indeed.ch,
  job-room.ch, jobagent.ch, jobcloud.ch, jobeo.ch, jobscout24.ch, jobup.ch, jobwinner.ch, lohnrechner.ch,
  monster.ch, opferhilfe-schweiz.ch, osar.ch, publicjobs.ch, salarium.bfs.admin.ch, sem.admin.ch,
  solidaritesansfrontieres.ch, sosf.ch, topjobs.ch,

  adecco.fr, alexia.fr, anafe.org, antidiscriminations.fr, arretonslesviolences.gouv.fr, avft.org, avocat.fr,
  avocats.fr, cadremploi.fr, cadreo.com, cfcv.asso.fr, choisirleservicepublic.gouv.fr, choosemycompany.com, cnda.fr,
  cvdesignr.com, defenseurdesdroits.fr, emploi-territorial.fr, fnasat.asso.fr, forumrefugies.org,
  france-terre-asile.org, francetravail.fr, genepi.fr, gisti.org, glassdoor.fr, hellowork.com, indeed.fr,
  infomigrants.net, jobijoba.com, jobintree.com, jobteaser.com, journaldesoffres.fr, jrsfrance.org, jurifiable.com,
  justifit.fr, keljob.com, le-cran.fr, lecran.org, licra.org, manpower.fr, memoiretraumatique.org, meteojob.com,
  monster.fr, moovijob.com, ofpra.gouv.fr, oip.org, optioncarriere.com, place-emploi-public.gouv.fr, pole-emploi.fr,
  prison-insider.com, profilculture.com, randstad.fr, regionsjob.com, singafrance.com, solidaritefemmes.org,
  staffsante.fr, unisat.asso.fr, welcometothejungle.co,

  1712.be, actiris.be, actiris.brussels, advocaat.be, avocats.be, cgra.be, cgvs.be, cire.be, fedasil.be, indeed.be,
  jobat.be, jobscareer.be, leforem.be, monster.be, myria.be, references.be, selor.be, slachtofferzorg.be,
  stepstone.be, student.be, travaillerpour.be, unia.be, vacature.com, vdab.be, vluchtelingenwerk.be, vzw.be,
  werkenvoor.be,

  academictransfer.com, blijfgroep.nl, bonjo.nl, centrumseksueelgeweld.nl, coa.nl, discriminatie.nl, glassdoor.nl,
  indeed.nl, intermediair.nl, iot.nl, jobbird.com, jobrapido.nl, juridischloket.nl, loonwijzer.nl, magnet.me,
  mensenrechten.nl, monsterboard.nl, olympia.nl, radar.nl, randstad.nl, rechtwijzer.nl, scheiden.nl,
  scheidingsplanner.nl, slachtofferhulp.nl, tempo-team.nl, uitelkaar.nl, veiligthuis.nl, vluchtelingenwerk.nl,
  vluchtweb.nl, werk.nl, werkenbijdeoverheid.nl, werkenvoornederland.nl, werkzoeken.nl, youngcapital.nl,

  adem.public.lu, asti.lu, cet.lu, clae.lu, femmesendetresse.lu, jobs.lu, moovijob.lu,

  abogado.es, accem.es, cear.es, cepaim.org, divorcio.com, divorcio.es, elabogado.com, empleate.gob.es,
  fundacionmujeres.es, gitanos.org, glassdoor.es, indeed.es, infoempleo.com, infojobs.es, insertia.net,
  jobandtalent.com, jobtoday.com, laboris.net, legalitas.com, malostratos.org, monster.es, opcionempleo.com,
  presenciagitana.org, primerempleo.com, rescate.org, sepe.es, sosracismo.eu, tecnoempleo.com, trabajos.com,
  turijobs.com, unionromani.org,

  acm.gov.pt, aima.gov.pt, alertaemprego.pt, amcv.org.pt, apav.pt, bep.gov.pt, cargadetrabalhos.net, cicdr.pt,
  cpr.pt, emprego.sapo.pt, expressoemprego.pt, iefp.pt, itjobs.pt, jrsportugal.pt, landing.jobs, net-empregos.com,
  sosracismo.pt, umarfeminismos.org,

  1522.eu, 21luglio.org, adecco.it, almalaurea.it, antigone.it, asgi.it, avvocati.it, avvocatoandreani.it,
  centroastalli.it, cir-onlus.org, cliclavoro.gov.it, concorsi.it, concorsipubblici.com, differenzadonna.org,
  direcontrolaviolenza.it, divorzista.org, gigroup.it, helplavoro.it, indeed.it, infojobs.it, inpa.gov.it,
  jobrapido.it, lavoroperte.regione.emilia-romagna.it, meltingpot.org, monster.it, naga.it, randstad.it,
  ristretti.org, stranieriinitalia.it, telefonorosa.it, trovolavoro.it, unar.it,

  academicwork.se, advokatsamfundet-sok.se, allastudier-jobb.se, arbetsformedlingen.se, asylrattscentrum.se,
  blocketjobb.se, brottsofferjouren.se, careerbuilder.se, centrummotrasism.se, do.se, familjensjurist.se, farr.se,
  jobbsafari.se, kriminellasrevanschisamhallet.se, kris.a.se, kvinnofridslinjen.se, ledigajobb.se, lexly.se,
  lonestatistik.se, migrationsverket.se, monster.se, offentligajobb.se, platsbanken.se, roks.se,
  romskkulturcentrum.se, sametinget.se, sapmi.se, skilsmassa.se, unizon.se,

  advokatenhjelperdeg.no, antirasistisk.no, arbeidsplassen.nav.no, dixi.no, jobbnorge.no, jobzone.no, jussbuss.no,
  karrierestart.no, krisesenter.com, ldo.no, noas.no, nrksapmi.no, oms.no, romfolk.no, samer.no, sametinget.no,
  une.no, wayback.no,

  advokatguiden.dk, danner.dk, exitcirklen.dk, flygtning.dk, graduateland.com, jobfinder.dk, jobindex.dk, jobnet.dk,
  jobzonen.dk, levudenvold.dk, lokk.dk, nyidanmark.dk, offerraadgivningen.dk, ofir.dk, skilsmisse.dk, stepstone.dk,

  aarresaari.net, avioero.fi, duunitori.fi, eroneuvo.fi, jobly.fi, kuntarekry.fi, monster.fi, nollalinja.fi,
  pakolaisapu.fi, pakolaisneuvonta.fi, raiskauskriisikeskus.fi, riku.fi, romanit.fi, samediggi.fi, syrjinta.fi,
  te-palvelut.fi, tyomarkkinatori.fi, tyopaikat.oikotie.fi, valtiolle.fi, yhdenvertaisuusvaltuutettu.fi,

  afstada.is, alfred.is, bjarkarhlid.is, job.is, kvennaathvarf.is, stigamot.is, storf.is, tvinna.is, utl.is,

  absolvent.pl, adwokat.pl, aplikuj.pl, bulldogjob.pl, chlebemisol.org, cpk.org.pl, e-prawnik.pl, feminoteka.pl,
  funduszsprawiedliwosci.gov.pl, goldenline.pl, gowork.pl, infopraca.pl, interwencjaprawna.pl, jobs.pl, justjoin.it,
  nabory.kprm.gov.pl, niebieskalinia.info, niebieskalinia.org, nofluffjobs.com, ocalenie.org.pl,
  oferty.praca.gov.pl, praca.pl, pracuj.com, rocketjobs.pl, romowie.com, rozwod.pl, the-protocol.it, theprotocol.it,
  udsc.gov.pl, wynagrodzenia.pl,

  atmoskop.cz, bezplatnapravniporadna.cz, bkb.cz, dobraprace.cz, dostupnyadvokat.cz, easy-prace.cz, fajn-brigady.cz,
  inbaze.cz, jobs.cz, migrace.com, opu.cz, persefona.cz, platy.cz, prace.cz, profem.cz, profesia.cz, romea.cz,
  rosa-os.cz, rozvod.cz, rubikoncentrum.cz, simi.cz, startupjobs.cz, volnamista.cz,

  hrl.sk, istp.sk, kariera.sk, mareena.sk, platy.sk, pomocobetiam.sk, profesia.sk, romovia.vlada.gov.sk, rozvod.sk,
  snslp.sk, studentjob.sk, zamestnanie.sk, zastavmenasilie.sk,

  allasportal.hu, berek.hu, cvonline.hu, fehergyuru.eu, feherygyuru.hu, fizetesek.hu, helsinki.hu, jobline.hu,
  menedek.hu, mumi.hu, nane.hu, neki.hu, profession.hu, romasajtokozpont.hu, romnet.hu, valas.hu, workania.hu,

  anais.org.ro, avocatnet.ro, bestjobs.eu, bestjobs.ro, cncd.ro, cnrr.ro, ejobs.ro, hipo.ro, jrsromania.org,
  partidaromilor.ro, paylab.ro, posturi.gov.ro, romanicriss.org, undelucram.ro,

  alliancedv.org, amalipe.bg, amalipe.com, animusassociation.org, bghelsinki.org, dev.bg, farbg.eu, jobs.bg,
  jobtiger.bg, karieri.bg, rabota.bg, zaplata.bg,

  antigone.gr, dypa.gov.gr, gcr.gr, isotita.gr, jobfind.gr, jobseeker.gr, kariera.gr, metadrasi.org, proslipsis.gr,
  skywalker.gr, solidaritynow.org, womensos.gr,

  azkz.net, burzarada.hzz.hr, crd.org.hr, hpc.hr, moj-posao.net, mojposao.hr, mojposao.net, posao.hr, zenska-soba.hr,

  deloglasnik.si, drustvo-dnk.si, drustvo-sos.si, mirovni-institut.si, mojedelo.com, optius.com, zaposlitev.net,
  zvezaromov.si,

  apc-cza.org, azc.org.rs, helloworld.rs, infostud.com, joberty.com, joberty.rs, lakodoposla.com, nsz.gov.rs,
  romworld.org, womenngo.org.rs,

  cv.lt, cvbankas.lt, cvmarket.lt, cvonline.lt, lygybe.lt, romuplatforma.lt, skyrybos.lt,
  specializuotospagalboscentras.lt, uzt.lt, visureikalas.lt,

  cietusajiem.lv, cv.lv, cvmarket.lv, gribupalidzetbegliem.lv, marta.lv, nva.gov.lv, patverums-dm.lv, prakse.lv,
  visidarbi.lv,

  cv.ee, cvkeskus.ee, naistetugi.ee, ohvriabi.ee, pagulasabi.ee, palgad.ee, tootukassa.ee, volinik.ee,

  chirikli.com.ua, djinni.co, grc.ua, jobs.ua, la-strada.org.ua, legalaid.gov.ua, r2p.org.ua, rabota.ua, robota.ua,
  work.ua,

  9111.ru, anna-center.ru, antijob.net, career.habr.com, dreamjob.ru, geekjob.ru, gorodrabot.ru, hh.ru, job.ru,
  nasiliu.net, pravda-sotrudnikov.ru, pravoved.ru, rabota.ru, superjob.ru, trudvsem.ru, zarplata.ru, zekovnet.ru,
  zonaprava.com,

  agos.com.tr, avukat.com, bosanma-avukati.com, cisst.org.tr, eleman.net, goc.gov.tr, isinolsun.com, iskur.gov.tr,
  kadindayanismavakfi.org.tr, kariyer.net, morcati.org.tr, multeci.org.tr, rudaw.net, secretcv.com, sgdd.org.tr,
  toptalent.co, yenibiris.com,

  1202.org.il, abrahaminitiatives.org, adalah.org, alljobs.co.il, assaf.org.il, din.co.il, drushim.co.il,
  ethosia.co.il, gotfriends.co.il, hotline-migrants.org, iaej.co.il, jobmaster.co.il, jobnet.co.il,
  lawreviews.co.il, mossawa.org, noga-court.org.il, taasuka.gov.il, tebeka.org.il,

  abaadmena.org, akhtaboot.com, bayt.com, dubizzle-jobs.com, emploi.ma, emploitic.com, forasna.com, gulftalent.com,
  jadarat.sa, kafa.org.lb, keejob.com, laimoon.com, naukrigulf.com, rekrute.com, tanitjobs.com, tanqeeb.com,
  wuzzuf.net,

  ambitionbox.com, apna.co, cutshort.io, foundit.in, freejobalert.com, freshersworld.com, glassdoor.co.in,
  hirist.com, hirist.tech, iimjobs.com, instahyre.com, internshala.com, lawrato.com, legalkart.com,
  monsterindia.com, naukri.com, ncs.gov.in, ncw.nic.in, placementindia.com, quikrjobs.com, sarkariresult.com,
  shine.com, timesjobs.com, vakilsearch.com, vidhikarya.com, workindia.in,

  jobz.pk, mustakbil.com, njp.gov.pk, paperpk.com, rozee.pk,

  bdjobs.com, blast.org.bd, chakri.com,

  ainu-assn.or.jp, baitoru.com, bengo4.com, bizreach.jp, bll.gr.jp, careerconnection.jp, careercross.com,
  chongryon.com, daijob.com, doda.jp, en-hyouban.com, en-japan.com, findy-code.io, froma.com, gaijinpot.com,
  gaishishukatsu.com, geekly.co.jp, green-japan.com, hellowork.mhlw.go.jp, houterasu.or.jp, indeed.jp,
  jac-recruitment.jp, jobhouse.jp, jobtalk.jp, levtech.jp, mindan.org, nnvs.org, onecareer.jp, openwork.jp,
  paiza.jp, r-agent.com, rikunabi.com, townwork.net, type.jp, vorkers.com, wantedly.com,

  alba.co.kr, albamon.com, catch.co.kr, hotline.or.kr, incruit.com, jobkorea.co.kr, jobplanet.co.kr, jumpit.co.kr,
  klac.or.kr, lawtalk.co.kr, linkareer.com, nancen.org, rememberapp.co.kr, saramin.co.kr, sisters.or.kr,
  teamblind.co.kr, wanted.co.kr, women1366.kr, work.go.kr, work24.go.kr,

  51job.com, 66law.cn, chinahr.com, ctgoodjobs.hk, findlaw.cn, jobsdb.com, kanzhun.com, lagou.com, liepin.com,
  maimai.cn, yingjiesheng.com, zhaopin.com, zhipin.com,

  104.com.tw, 1111.com.tw, 113.gov.tw, 518.com.tw, apc.gov.tw, cakeresume.com, goodjob.life, laf.org.tw,
  legal-aid-taf.org.tw, meet.jobs, qollie.com, twrf.org.tw, yes123.com.tw, yourator.co,

  aware.org.sg, cdac.org.sg, fastjobs.sg, home.org.sg, jobscentral.com.sg, jobsdb.com.sg, jobstreet.com,
  jobstreet.com.sg, mycareersfuture.gov.sg, nodeflair.com, sinda.org.sg, singaporelegaladvice.com, twc2.org.sg,
  yellowribbon.gov.sg,

  hiredly.com, jobstreet.com.my, maukerja.my, ricebowl.my, tenaganita.net, wao.org.my,

  glints.com, jobstreet.co.id, kalibrr.com, karir.com, kitalulus.com, komnasperempuan.go.id, loker.id, topkarir.com,

  bossjob.ph, jobstreet.com.ph, kalibrr.ph, onlinejobs.ph, pao.gov.ph, philjobnet.gov.ph, workabroad.ph,

  jobbkk.com, jobsdb.co.th, jobthai.com, jobtopgun.com, thaijob.com,

  careerbuilder.vn, careerviet.vn, itviec.com, timviecnhanh.com, topcv.vn, vieclam24h.vn, vietnamworks.com, ybox.vn,

  99jobs.com, apiboficial.org, bne.com.br, catho.com.br, ciee.org.br, empregos.com.br, funai.gov.br, geledes.org.br,
  glassdoor.com.br, gupy.io, infojobs.com.br, lovemondays.com.br, nube.com.br, sine.com.br, trampos.co, vagas.com.br,

  bumeran.com.mx, computrabajo.com, computrabajo.com.mx, conapred.org.mx, empleo.gob.mx, occ.com.mx, talenteca.com,

  bumeran.com.ar, computrabajo.com.ar, empleo.clarin.com, inadi.gob.ar, zonajobs.com.ar,

  bne.cl, cajmetro.cl, chiletrabajos.cl, computrabajo.cl, empleospublicos.cl, getonbrd.com, laborum.cl,
  sernameg.gob.cl, trabajando.cl,

  computrabajo.com.co, elempleo.com, magneto365.com, onic.org.co, serviciodeempleo.gov.co,

  aidesep.org.pe, bumeran.com.pe, computrabajo.com.pe, convocatoriascas.com, laborum.pe,

  bestjobs.co.za, careerjunction.co.za, careers24.com, giraffe.co.za, jobmail.co.za, legal-aid.co.za,
  legalwise.co.za, lhr.org.za, pnet.co.za, powa.co.za, rapecrisis.org.za, scalabrini.org.za, tears.co.za,

  hotnigerianjobs.com, jobberman.com, jobzilla.ng, myjobmag.com, ngcareers.com,

  brightermonday.co.ke, corporatestaffing.co.ke, fida-kenya.org, fuzu.com, kenyajob.com, myjobmag.co.ke,

  arbeitnow.com, careerjet.net, ecre.org, efinancialcareers.de, enar-eu.org, ergonetwork.org, errc.org,
  euraxess.ec.europa.eu, eures.europa.eu, impactpool.org, jooble.com, minorityrights.org, relocate.me, unjobs.org,
  wave-network.org, womenagainstviolence.net,
`;
