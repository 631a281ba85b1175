"""Words and key patterns that make up most guessed passwords; a password of nothing else is refused."""

from __future__ import annotations

_WORDS = """
    abc access account admin administrator agent albion alexander alpha amanda andrea andrew angel animal anthony apple
    april arsenal ashley august autumn azerty baby banana barbara baseball basketball batman beautiful bella benjamin
    blink biscuit blessed blue blueberry bonjour borough boston bradley brandon brighton bristol buster butterfly
    calendar cambridge camera cardiff celtic change changeme charlie cheese chelsea chester chicken chocolate chris
    christian church city claire cloud coffee commondesk company computer connect cookie council country county cowboy
    cricket crystal daisy dallas daniel darling david december default demo desk desktop diamond digital dolphin donald
    dragon dublin dundee easter edinburgh elephant elizabeth email emily emma england enter everton example family
    february ferrari fish flower fluffy football forever freedom friday friend friends fuckyou fulham galaxy gareth
    garden gateway george ginger glasgow golf good google government grace green guest guinness guitar hannah happy harley
    harry heaven hello help helpdesk holiday home honey hotdog house hunter iceman iloveyou incident internet ireland
    isabella jack jackson jacob james january jasmine jennifer jessica jesus john jordan joseph joshua july june justin
    katie kevin keyboard killer kitten kitty laptop laura lauren leeds leicester lemon letmein liam lily liverpool
    local login london lord love lovely lover loveyou lucky lucy madison maggie manage manager manchester march marina
    market martin marvin mary master matrix matthew maverick maxwell melissa mercedes merlin michael michelle microsoft
    midnight millwall minecraft mobile molly monday money monkey monster morgan mother mountain mouse mustang myname
    naruto natasha nathan newcastle newport nicholas nicole nirvana nothing november number oasis october office oliver
    olivia opensesame orange oscar oxford paris pass passwort password passwd patrick peanut people pepper peter phoenix
    pickle pineapple pokemon police poppy porsche portal princess private prince public purple qazwsx qwaszx qwert qwerty
    qwertyuiop rabbit rachel rainbow rangers rebecca red remember richard robert rocket ronaldo root rosie rover russell
    samantha samsung sandra saturday school scooter scotland sebastian secret secure security senha september server
    service servicedesk shadow shakespeare sheffield sophie spiderman spring spurs staff stanley star starwars stephen
    steven strawberry student summer sunday sunderland sunflower sunset sunshine super superman support swansea sweet
    sweety swordfish sydney system taylor teacher temp temporary test tester testing thebest thomas thunder thursday
    ticket tiffany tiger tigger tinkerbell today tomorrow toor tottenham trustno travel trinity tuesday united unicorn
    user vanessa velvet victoria village villa vodafone wales water wednesday welcome whatever whiskey william windows
    winner winston winter wizard wolves woman wonderful work yellow york zaq zxcvbnm
    asdf asdfgh asdfghjkl asdfghjk zxcvbn poiuytrewq lkjhgfdsa mnbvcxz qweasd qweasdzxc qazwsxedc edcrfv rfvtgb tgbyhn
    1q2w3e 1q2w3e4r 1q2w3e4r5t q1w2e3 q1w2e3r4 qw12 zaq12wsx 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik 9ol 1a2b3c a1b2c3
    007 012 000 111 222 333 444 555 666 777 888 999 1212 1313 6969 147258369 159753 147 258 369 159 753 951
"""

COMMON_PARTS: frozenset[str] = frozenset(_WORDS.split())
