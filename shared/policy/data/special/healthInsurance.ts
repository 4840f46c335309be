/** Insurers and funds that pay for care: from general knowledge, country by country, none looked up (docs/REDACTION.md). */
export const healthInsurance = `
  aetnainternational.com, allianzcare.com, april-international.com, bupa.com, bupaglobal.com, cfe.fr,
  cigna-global.com, cigna.com, cignaglobal.com, evernorth.com, geobluetravelinsurance.com, henner.com,
  hthworldwide.com, imglobal.com, integraglobal.com, morganprice.eu, msh-intl.com, passportcard.com,
  passportcard.de, safetywing.com, vanbreda-international.com, wellaway.com, williamrussell.com,

  accessmhma.com, affinityplan.org, aflac.com, ambetter.com, amerigroup.com, arkansasbluecross.com,
  askallegiance.com, avmed.org, azblue.com, bcbs.com, bcbsal.org, bcbsaz.com, bcbsfl.com, bcbsil.com, bcbsks.com,
  bcbsla.com, bcbsm.com, bcbsma.org, bcbsms.com, bcbsmt.com, bcbsnc.com, bcbsnd.com, bcbsnm.com, bcbsok.com,
  bcbsri.com, bcbssc.com, bcbst.com, bcbstx.com, bcbsvt.com, bcbswy.com, bcidaho.com, bewellnm.com, bluecrossma.com,
  bluecrossma.org, bluecrossmn.com, bluecrossnc.com, bluekc.com, blueshieldca.com, bsca.com, caloptima.org,
  capbluecross.com, carefirst.com, careington.com, carelon.com, careoregon.org, caresource.com, cdphp.com,
  centene.com, centivo.com, chministries.org, chpw.org, clovercare.com, connecticare.com, coveredca.com,
  coverme.gov, curative.com, davisvision.com, deancare.com, deltadental.com, deltadentalins.com, dentalplans.com,
  dentemax.com, devoted.com, dhcs.ca.gov, ebms.com, empireblue.com, eocco.com, excellusbcbs.com, eyemed.com,
  fepblue.org, fideliscare.org, fidelisny.org, firstcare.com, floridablue.com, fsafeds.com, fsafeds.gov,
  fsastore.com, getcovered.nj.gov, getcoveredillinois.gov, ghcscw.com, goldenrule.com, gravie.com, hap.org,
  harvardpilgrim.org, highmark.com, highmarkbcbs.com, highmarkbcbsde.com, highmarkbcbswv.com, hioscar.com, hmsa.com,
  horizonblue.com, hpsm.org, hsastore.com, humanamilitary.com, ibx.com, ibxpress.com, iehp.org,
  kelseycareadvantage.com, kynect.ky.gov, lablue.com, lacare.org, livelyme.com, marketplace.virginia.gov,
  medimpact.com, medishare.com, medmutual.com, meritain.com, metroplus.org, mnsure.org, molinamarketplace.com,
  myaetna.com, mybenefitwallet.com, mychristiancare.org, myuhc.com, navitus.com, nebraskablue.com,
  pacificsource.com, partnershiphp.org, payflex.com, pennie.com, premera.com, quartzbenefits.com, regence.com,
  samaritanministries.org, sanabenefits.com, sedera.com, sfhp.org, silverscript.com, southcarolinablues.com,
  summacare.com, superiorvision.com, surest.com, tricare-west.com, triwest.com, trustmarkbenefits.com, ucare.org,
  uhccommunityplan.com, uhcprovider.com, uhcretiree.com, uhone.com, umr.com, unitedconcordia.com,
  uniteddentalcare.com, vsp.com, vspdirect.com, wageworks.com, webtpa.com, wellcare.com, wellmark.com, wellpoint.com,

  benecaid.com, bluecross.ca, cinup.ca, croixbleue.ca, gms.ca, greenshield.ca, gsc.ca, hcai.ca, medaviebc.ca,
  medoc.ca, olympiabenefits.com, pshcp-rssfp.ca, pshcp.ca, simplybenefits.ca,

  activequote.com, aetnainternational.co.uk, bhsf.co.uk, denplan.co.uk, equipsme.com, exeterfriendly.co.uk,
  hsf.co.uk, mytribeinsurance.co.uk, nationalfriendly.co.uk, paycare.org, policemutual.co.uk, the-exeter.com,
  wpa.org.uk,

  decare.ie, decaredental.ie, esbmpf.ie, hia.ie, hsf.ie, laya.ie, pomas.ie,

  ahm.com.au, ahmoshc.com, allianzcare.com.au, australianunity.com.au, bupa.com.au, cbhs.com.au, gmhba.com.au,
  hbf.com.au, hcf.com.au, hci.com.au, hif.com.au, icare.nsw.gov.au, insurance.qantas.com, myown.com.au, ndis.gov.au,
  ndiscommission.gov.au, nib.com.au, onemedifund.com.au, oshcaustralia.com.au, oshcworldcare.com.au,
  peoplecare.com.au, see-u.com.au, stlukes.com.au, tuh.com.au, westfund.com.au,

  accuro.co.nz, nib.co.nz, unimed.co.nz,

  actimonda.de, alteoldenburger.de, aok-bv.de, aokplus-online.de, atlasbkkahlmann.de, audi-bkk.de, audibkk.de,
  bahn-bkk.de, barmenia.de, barmeniagothaer.de, barmer-gek.de, bbkk.de, beihilfe.de, beihilferatgeber.de,
  bertelsmann-bkk.de, big-direkt.de, bigdirekt.de, bkk-akzo.de, bkk-dachverband.de, bkk-euregio.de, bkk-ewe.de,
  bkk-exklusiv.de, bkk-faber-castell.de, bkk-firmus.de, bkk-freudenberg.de, bkk-gildemeister-seidensticker.de,
  bkk-groz-beckert.de, bkk-herkules.de, bkk-linde.de, bkk-mahle.de, bkk-melitta.de, bkk-miele.de, bkk-mobil-oil.de,
  bkk-mtu.de, bkk-pfalz.de, bkk-provita.de, bkk-pwc.de, bkk-rwe.de, bkk-salzgitter.de, bkk-sbh.de,
  bkk-scheufelen.de, bkk-stadt-augsburg.de, bkk-technoform.de, bkk-textilgruppe-hof.de, bkk-vdn.de,
  bkk-verbundplus.de, bkk-voralb.de, bkk-werra-meissner.de, bkk-wf.de, bkk-zf-partner.de, bkk.de, bkk24.de,
  bkkdb.de, bkkgs.de, bkksbh.de, bkkvp.de, bmw-bkk.de, bmwbkk.de, bosch-bkk.de, brandenburgische-bkk.de,
  care-concept.de, continentale-bkk.de, continentale.de, daimler-bkk.com, debeka-bkk.de, debeka.de,
  deutsche-familienversicherung.de, dfv.ag, die-ik.de, dkv.com, dkv.de, educare24.com, energie-bkk.de,
  energiebkk.de, envivas.de, ergo-direkt.de, ergodirekt.de, ey-bkk.de, feather-insurance.com, gkv-spitzenverband.de,
  hallesche.de, hansemerkur.de, hkk.de, ihre-pkv.de, ikk-bb.de, ikk-die-innovationskasse.de, ikk-diein.de,
  ikk-gesundplus.de, ikk-suedwest.de, ikkbb.de, karl-mayer-bkk.de, kbs.de, knappschaft.de, koenig-bauer-bkk.de,
  krones-bkk.de, kvb.bund.de, lkh.de, mawista.com, md-bund.de, md-nordrhein.de, mdk.de, mercedes-benz-bkk.com,
  merck-bkk.de, mhplus.de, muenchener-verein.de, novitas-bkk.de, ottonova.de, pbeakk.de, pflegeversicherung.de,
  pkv.de, pronovabkk.de, r-plus-v-bkk.de, ruv-bkk.de, salus-bkk.de, sbk.org, sdk.de, securvita-bkk.de, securvita.de,
  skd-bkk.de, suedzucker-bkk.de, tbk.de, tui-bkk.de, ukv.de, universa.de, vdek.com, viactiv.de, vivida-bkk.de,
  vividabkk.de, waizmanntabelle.de, wmf-bkk.de, zahnzusatzversicherung-direkt.de, zahnzusatzversicherung.de,
  zahnzusatzversicherungen-vergleich.com,

  bgkk.at, bva.at, bvaeb.at, chipkarte.at, kfa.at, kfl.at, kgkk.at, lkuf.at, meinesv.at, merkur-versicherung.at,
  merkur.at, mukkv.at, noegkk.at, ooegkk.at, sgkk.at, stgkk.at, svagw.at, svs.at, tgkk.at, vgkk.at, wgkk.at,

  agrisano.ch, aquilana.ch, arcosana.ch, assura.ch, atupri.ch, avanex.ch, cmvallee.ch, compact-one.ch, concordia.ch,
  curafutura.ch, curaulta.ch, easysana.ch, egk.ch, galenos.ch, glarnerkk.ch, groupemutuel.ch, intras.ch,
  kkbirchmeier.ch, kkluzernerhinterland.ch, kksteffisburg.ch, kkv.ch, kkvisp.ch, klug.ch, kluzern.ch, kpt.ch,
  kvf.ch, kvg.org, lumneziana.ch, metallbaukk.ch, moove-sympany.ch, mutuel.ch, oekk.ch, okk.ch, philos.ch,
  praemien.ch, priminfo.admin.ch, priminfo.ch, prio.swiss, progres.ch, provita.ch, rhenusana.ch, sanagate.ch,
  sanitas.ch, sansan.ch, santesuisse.ch, slkk.ch, sodalis.ch, solida.ch, sumiswalder.ch, supra.ch, sympany.ch,
  visana.ch, vivacare.ch, vivao-sympany.ch,

  acoris-mutuelles.fr, adrea.fr, aesio-mutuelle.fr, aesio.fr, ag2rlamondiale.fr, alan.com, alan.eu, almerys.com,
  alptis.org, ameli-direct.fr, apivia-mutuelle.fr, apivia.fr, apreva.fr, camieg.fr, carcept-prev.fr,
  carteblanchepartenaires.fr, cavimac.fr, cegema.com, cleiss.fr, cnmss.fr, cpam.fr, crpcen.fr, emoa-mutuelle.fr,
  enim.eu, eovi-mcd.fr, groupe-uneo.fr, groupe-vyv.fr, gsmc.fr, henner.fr, heyme.care, heyme.com,
  identites-mutuelle.com, identites-mutuelle.fr, integrance.fr, interiale.fr, ipeca.fr, ircem.com, itelis.fr,
  just-mutuelle.fr, kalixia.com, klesia.fr, lamutuellegenerale.fr, lmde.com, lmde.fr, malakoffhumanis.com, mfif.fr,
  mgas.fr, mgc-prevention.fr, mgefi.fr, mgp.fr, mgs.fr, mncap.fr, mnh.fr, mnt.fr, mpgendarme.fr, msaa.fr, mutami.fr,
  mutest.fr, mutieg.fr, mutlor.fr, mutualia.fr, mutuelle-bleue.fr, mutuelle-entis.fr, mutuelle-familiale.fr,
  mutuelle-generale.fr, mutuelle-mieux-etre.fr, mutuelle-smi.com, mutuelle.fr, mutuellebleue.fr,
  mutuelleconseil.com, mutuelledescheminots.fr, mutuelleintegrance.fr, mutuellemgc.fr, mutuelles-comparateur.fr,
  neoliane.fr, ociane-groupe-matmut.fr, ociane.fr, oxantis.fr, previfrance.fr, probtp.com, radiance.fr,
  santeclair.fr, santiane.fr, smatis.fr, smeba.fr, smeno.com, smerep.fr, smi.fr, solimut-mutuelle.fr, solimut.fr,
  territoria-mutuelle.fr, tiers-payant.net, tutelaire.fr, umanens.fr, unim.asso.fr, viamedis.fr, viasante.fr,
  vittavi.fr, vivinter.fr, vyv.fr, wazari.fr,

  aviq.be, bondmoyson.be, caami-hziv.fgov.be, caami.be, cm.be, devoorzorg-bondmoyson.be, devoorzorg.be, dkv.be,
  euromut.be, freie.be, fsmb.be, helan.be, hospimut.be, hziv.be, ima-aim.be, inami.be, iriscare.brussels,
  lamutualiteneutre.be, lm-ml.be, lm.be, mc.be, mclb.be, mloz.be, mutas.be, mutualia.be, neutrale-mutualiteit.be,
  nzvl.be, partena-ziekenfonds.be, partenamut.be, riziv.be, socmut.be, solidaris-vlaanderen.be,
  solidaris-wallonie.be, solidaris.be, symbio.be, vlaamsesocialebescherming.be, vnz.be, vsbnet.be,

  aevitae.nl, agisweb.nl, anderzorg.nl, besured.nl, bewuzt.nl, caresq.nl, ciz.nl, czdirect.nl, ditzo.nl, dsw.nl,
  eno.nl, eucare.nl, famed.nl, hetcak.nl, hollandzorg.com, intwente.nl, iza.nl, izz.nl, jaah.nl, menzis.nl, nza.nl,
  onvz.nl, perssaldo.nl, pgb.nl, pnozorg.nl, prolife.nl, salland.nl, skgz.nl, stadholland.nl, studentsinsured.com,
  vinkvink.nl, zekur.nl, zenz.nl, zilverenkruis.nl, zn.nl, zorgenzekerheid.nl, zorginstituutnederland.nl,
  zorgkiezer.nl, zorgwijzer.nl, zorgzaamverzekerd.nl,

  assurance-dependance.lu, cmcm.lu, cmfep.lu, dkv.lu,

  activamutua.es, acunsa.es, amat.es, aresa.es, asepeyo.es, asisa.es, asisadental.com, cigna.es, cignasalud.es,
  divinaseguros.com, dkv.es, dkvseguros.com, egarsat.es, fiatc.es, fraternidad.com, hna.es, ibermutua.es,
  igualatoriocantabria.es, imq.es, imserso.es, iquimesa.es, mac-mutua.org, mc-mutual.com, mgc.es, mgcmutua.com,
  muface.es, mugeju.es, mutuabalear.es, mutuageneraldecatalunya.cat, mutualia.es, mutualia.eus, mutuauniversal.net,
  nectarseguros.es, segurcaixaadeslas.es, segurosdesalud.com, solimat.com, umivale.es, unionmutuas.es, vivaz.com,

  adm.defesa.pt, adse.pt, adse2.pt, advancecare.com, asisa.pt, iasfa.pt, medis.pt, multicare.pt, sams.pt,

  assidai.it, blueassistance.it, cadiprof.it, campa.it, casagit.it, caspie.it, cesarepozzo.it,
  cooperazionesalute.it, coopersalute.it, emapi.it, faschim.it, fasda.it, fasdac.it, fasi.it, fasie.it, fasiopen.it,
  fimiv.it, fondoaltea.it, fondoest.it, fondofasa.it, fondofasda.it, fondometasalute.it, fondosalute.it,
  fondosanedil.it, intesasanpaolorbmsalute.com, mbamutua.org, metasalute.it, mutuacesarepozzo.org, mutuamba.it,
  qas.it, quas.it, rbmsalute.it, sanarti.it, sanedil.it, sanilog.info, sanimpresa.it, sanint.it, unisalute.it,
  welion.it,

  afaforsakring.se, bliwa.se, dkv.se, dkvhalsa.se, euroaccident.com, euroaccident.se, medhelp.se,

  npe.no, vertikal-helse.no, vertikalhelse.no,

  aes.dk, dansk-sundhedssikring.dk, ds-sundhed.dk, dss-sundhed.dk, molholmforsikring.dk, prescriba.com, stps.dk,
  sygeforsikring.dk,

  potilasvakuutuskeskus.fi, pvk.fi, sairauskassa.fi, tvk.fi,

  sjukratryggingar.is,

  interpolska.pl, krus.gov.pl, nfz-katowice.pl, nfz-krakow.pl, nfz-poznan.pl, nfz-warszawa.pl, nfz-wroclaw.pl,
  polisaopieka.pl, saltus.pl, saltusubezpieczenia.pl,

  cpzp.cz, kancelarzp.cz, maxima-as.cz, ozp.cz, pvzp.cz, rbp-zp.cz, rbp213.cz, slaviapojistovna.cz, szpcr.cz,
  vozp.cz, vzp.cz, zdravotnipojistovny.cz, zpmvcr.cz, zpskoda.cz,

  dovera.sk, udzs-sk.sk, unionzp.sk, vszp.sk,

  allianzep.hu, egeszsegpenztar.hu, egeszsegpenztarak.hu, mkbep.hu, otpegeszsegpenztar.hu, otpep.hu,
  patikapenztar.hu, premiumegeszsegpenztar.hu, teladoc.hu, tempoegeszseg.hu, ujpillerep.hu, vasutasep.hu,
  vitaminegeszsegpenztar.hu,

  casaopsnaj.ro, cascluj.ro, casmb.ro, medihelp.ro,

  doverie-zad.bg, fih.bg, nzok.bg, ozok.bg, zok.bg,

  edoeap.gr, opad.gov.gr, tsay.gr, typet.gr,

  cezih.hr, croatia-zdravstveno.hr, hzzo-net.hr,

  triglavzdravje.si, vzajemna.si,

  vlk.lrv.lt,

  akbars-med.ru, akbarsmed.ru, alfaoms.ru, astramed-ms.ru, capitalpolis.ru, ingos-m.ru, kapmed.ru, makcm.ru, oms.ru,
  reso-med.com, rgs-oms.ru, sogaz-med.ru, sogazmed.ru, ugmk-med.ru, vtbms.ru,

  acibademsigorta.com.tr, bupaacibadem.com.tr, bupaacibademsigorta.com.tr,

  clalitmushlam.co.il, clalitsmile.co.il, dikla.co.il, maccabi-dent.com,

  alkoot.com.qa, almadallah.ae, bupa.com.sa, bupaarabia.com, casnos.com.dz, cchi.gov.sa, chi.gov.sa, cmim.ma,
  cnas.dz, cnops.ma, cnops.org.ma, daman.ae, globemed.com, globemedegypt.com, globemedsaudi.com, hio.gov.eg,
  inayahtpa.com, isahd.ae, medgulf.com.sa, mednet-uae.com, mednet.com, nasadministrationservices.com, nextcare.ae,
  qlm.com.qa, qlm.qa, smartcare.com.eg, thiqa.ae, uhia.gov.eg,

  aarogyasri.telangana.gov.in, ayushman.gov.in, careinsurance.com, chiranjeevi.rajasthan.gov.in, cmchistn.com,
  echs.gov.in, ericsontpa.com, fhpl.net, hitpa.co.in, jeevandayee.gov.in, manipalcigna.com, maxbupa.com,
  mdindia.com, mdindiaonline.com, mediassist.in, nivabupa.com, novabenefits.com, onsurity.com, paramounttpa.com,
  plumhq.com, rakshatpa.com, safewaytpa.in, sha.kerala.gov.in, uhctpa.com, vipulmedcorp.com,

  bimamobile.pk, milvik.pk, sehatcard.pk, sehatcardplus.gov.pk,

  aflac.co.jp, aflac.jp, chikyoren.or.jp, fujitsu-kenpo.jp, hitachi-kenpo.or.jp, honda-kenpo.or.jp,
  hondakenpo.or.jp, its-kenpo.or.jp, kencom.jp, kenpo.gr.jp, kenporen.com, kokuho.or.jp, kosmo-web.jp,
  kouritu.go.jp, kouritu.or.jp, kyosai-cc.or.jp, kyoukaikenpo.or.jp, mhweb.jp, nissan-kenpo.or.jp, ntt-kenpo.jp,
  panasonic-kenpo.or.jp, pepup.life, phio.panasonic.co.jp, shigakukyosai.jp, sonykenpo.or.jp, ssk.or.jp, tjk.gr.jp,
  tokyo-kokuhoren.or.jp, toshiba-kenpo.or.jp,

  longtermcare.or.kr, nhimc.or.kr,

  bluecross.com.hk, bowtie.com.hk, bupa.com.hk, cigna.com.hk, fosun-uhi.com, vhis.gov.hk, ybj.beijing.gov.cn,
  ybj.sh.gov.cn,

  admedika.co.id, aetna.co.th, avega.com.ph, bluecross.vn, bpjs-kesehatan.go.id, bpjs.go.id, bupa.co.th,
  careshieldlife.gov.sg, insmart.com.vn, mediexpress.com.my, medishieldlife.sg, medocare.com.ph, micaresvc.com,
  pacificcross.co.th, pacificcross.com.ph, pacificcross.com.vn, philcare.com.ph, pmcare.com.my, valucare.com.ph,

  alice.com.br, allcare.com.br, amil.com.br, amildental.com.br, assefaz.org.br, assim.com.br, assimsaude.com.br,
  bradescodental.com.br, bradescosaude.com.br, cabesp.com.br, capesesp.com.br, careplus.com.br, cassi.com.br,
  centralnacionalunimed.com.br, economus.com.br, gamasaude.com.br, geap.com.br, geap.org.br, gndi.com.br,
  goldencross.com.br, iamspe.sp.gov.br, interodonto.com.br, ipasgo.go.gov.br, ipesaude.rs.gov.br, ipsemg.mg.gov.br,
  issec.ce.gov.br, levesaude.com.br, omint.com.br, planserv.ba.gov.br, portosaude.com.br, postalsaude.com.br,
  preventsenior.com.br, qsaude.com.br, qualicorp.com.br, samisaude.com.br, saocristovaosaude.com.br,
  sassepe.pe.gov.br, saudepetrobras.com.br, segurosunimed.com.br, supermed.com.br, transmontano.com.br,
  unimed.com.br, unimed.coop.br, unimedbh.com.br, unimedcampinas.com.br, unimedcuritiba.com.br,
  unimedfortaleza.com.br, unimedpoa.com.br, unimedrecife.com.br, unimedrio.com.br, uniodonto.com.br,
  uniodonto.coop.br,

  accordsalud.com.ar, aliansalud.com.co, apross.gov.ar, asmetsalud.com, avalian.com, bupalatinamerica.com,
  bupasalud.com, bupasalud.com.mx, cafesalud.com.co, cajacopi.com, cajacopieps.com, capitalsalud.gov.co,
  cobermed.com, colmena.cl, colsanitas.com, compin.cl, compin.gob.cl, consalud.cl, coomevaeps.com, coosalud.com,
  cruzblanca.cl, emi.com.co, emssanar.org.co, epssanitas.com, epssura.com, esencial.cl, famisanar.com.co,
  federada.com, hominis.com.ar, imed.cl, ioma.gba.gob.ar, ioma.gba.gov.ar, iosfa.gob.ar, iosper.gov.ar, isalud.cl,
  isapre.cl, isaprecruzblanca.cl, isapreesencial.cl, isaprefundacion.cl, issemym.gob.mx, isssteleon.gob.mx,
  isssteson.gob.mx, jerarquicos.com, keralty.com, luispasteur.com.ar, mapfreeps.pe, medaccess.mx, medife.com.ar,
  medimas.com.co, medipass.cl, medplus.com.co, mutualser.com, nuevaeps.co, nuevaeps.com.co, nuevamasvida.cl,
  obsba.org.ar, omint.com.ar, oncosalud.pe, osdepym.com.ar, osecac.org.ar, osep.mendoza.gov.ar, ospat.com.ar,
  ospe.com.ar, osprera.org.ar, osuthgra.org.ar, pacificoeps.com, planseguro.com.mx, prevemsalud.mx,
  prevencionsalud.com.ar, queplan.cl, saludtotal.com.co, sancorsalud.com.ar, sanitas.pe, sanitasperu.com,
  saviasaludeps.com, seguropopular.gob.mx, sos.com.co, sssalud.gob.ar, unionpersonal.com.ar, vidatres.cl,
  vumigroup.com,

  aar-insurance.ke, aarinsurance.com, aarinsurance.ke, bankmed.co.za, bestmed.co.za, bonitas.co.za, camaf.co.za,
  clearlinehmo.com, compcare.co.za, discovery.co.za, essentialmed.co.za, gems.gov.za, hosmed.co.za, hygeiahmo.com,
  ihms.com.ng, ihmsnigeria.com, kaelo.co.za, lashma.com, lifeworthhmo.com, m-tiba.co.ke, makotimed.co.za,
  medihelp.co.za, medimed.co.za, medscheme.co.za, medscheme.com, medshield.co.za, mtiba.co.ke, mtiba.com,
  oneplan.co.za, polmed.co.za, profmed.co.za, redcarehmo.com, redcarehmong.com, ronsberger.com, samwumed.org,
  sizwehosmed.co.za, smartapplicationsgroup.com, stratumbenefits.co.za, swifthmo.com, thebemed.co.za,
  turnberry.co.za,
`;
