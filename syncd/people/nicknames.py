"""Given names and what their bearers are called. Data only; lower case, without accents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_GROUPS: Final = """
abigail abby gail; albert al bert bertie; alexander alex alec sandy sascha xander; alexandra alex
sandra sascha; alfred al fred alf; alejandro alex ale; alessandro ale sandro; amanda mandy;
andreas andi andy; andrew andy drew; angela angie; anthony tony ant; antonio toni tony; antonia
toni; arthur art artie; barbara barb babs barbie; benjamin ben benji benny; bernard bernie;
bernhard bernd berni; carolina caro; caroline caro carrie; catherine cathy kate katie kitty cat;
charles charlie chuck chas; christian chris; christina chris tina christy; christine chris tina;
christopher chris kit topher; clifford cliff; cynthia cindy; daniel dan danny; daniela dani; david
dave davy; deborah deb debbie; dennis denny; diego yago; dominic dom nick; donald don donnie;
dorothy dot dottie; douglas doug; edmund ed eddie ned; eduardo edu lalo; edward ed eddie ned ted;
eleanor ellie nell nora; elisabeth lisa lise beth sissi; elizabeth beth betty eliza liz lizzie
lisa libby; emanuel manu; emily em emmy; enrique quique kike; ernst erni; eugene gene; evelyn
evie; fernando nando; florian flo; frances fran frannie; francis frank; francisco paco pancho
chico kiko; franziska franzi; frederic fred; frederick fred freddie; friedrich fritz; gabriel
gabe; gabriela gabi; geoffrey geoff; george georgie; gerald gerry jerry; gerhard gerd; gertrud
trude; giovanni gianni; giuseppe beppe peppe; gregory greg; guadalupe lupe; guillermo memo guille;
gwendolyn gwen; hannelore hanne; harold hal harry; heinrich heiner heinz; helen nell; henry hank
harry; herbert herb bert; hubert hugh bert; ignacio nacho; irene rene; isabel isa belle; isabella
bella izzy; jacob jake; jacqueline jackie; jakob jake; james jim jimmy jamie jem; janet jan;
jeffrey jeff; jennifer jen jenny; jeremy jerry; jessica jess jessie; joachim jochen achim; joao
jo; joaquim quim; johann hans jo; johannes hans hannes jo; john jack johnny jon; jonathan jon
jonny nathan; jorge coque; jose pepe ze zeca; joseph joe joey jo; josef sepp joe; joshua josh;
juan juanito; judith judy; julian jules; karl karli; katharina kathi kati kaethe; katherine kate
kathy katie kit; kathleen kathy kath; kenneth ken kenny; kimberly kim; konrad conny; kristina kris
tina; larissa lara; lawrence larry laurie; leonard leo len lenny; leonardo leo; lewis lew lou;
lorenzo enzo; louis lou louie; luis lucho; magdalena lena magda; manuel manolo manu; margaret
maggie marge meg peg peggy greta rita; maria mia mari; matthew matt matty; matthias matze mathis;
maximilian max; mercedes merche; michael mike mick mickey micha mitch; michelle shelly; mikhail
misha; miriam miri; mohammed mo; nancy nan; natalia nata; nathan nate; nathaniel nate nat;
nicholas nick nicky; nicolas nico; nikolaus niko klaus; norman norm; oliver olli ollie; olivia liv
livvy; pamela pam; patricia pat patty tricia; patrick pat paddy; peter pete; philip phil pip;
phillip phil; priscilla cilla; rafael rafa; randall randy; raymond ray; rebecca becca becky;
regina gina; reginald reg reggie; ricardo rick rico; richard rich rick ricky dick; robert bob
bobby rob robbie bert; roberto beto; roger rog; roland rolli; ronald ron ronnie; rosario charo;
rudolf rudi; russell russ; salvatore toto turi; samantha sam; samuel sam sammy; sandra sandy;
sebastian seb basti bastian; sergio checo; sidney sid; sophia sophie; stanley stan; stefan steff;
stephanie steph; stephen steve stevie; steven steve stevie; stuart stu; susan sue susie suzy;
susanne susi; suzanne suzy; sylvia syl; tamara tammy; teresa tere tess; theodore ted teddy theo;
theresa terry tess; thomas tom tommy; timothy tim timmy; tobias tobi; ulrich uli; ulrike uli;
ursula uschi; valentina vale; veronica ronnie vero; veronika vroni; victor vic; victoria vicky
tori; vincent vince vinnie; virginia ginny; vladimir vova; walter walt wally; wilhelm willi;
william bill billy will willie liam; winfried winnie; wolfgang wolf; xavier xavi; yekaterina
katya; zachary zach zack
"""

# Given name -> short forms.
NICKNAMES: Final[Mapping[str, tuple[str, ...]]] = {
    words[0]: tuple(words[1:]) for words in (group.split() for group in _GROUPS.split(";")) if words
}
