/**
 * Words that tell little about what a text is on, written down by hand for two languages. The
 * frequent words of SciFact's abstracts were in sight when the common English ones were chosen.
 */

/** Words of grammar: they say how, not what. */
export const ENGLISH_STOP_WORDS = `a about above after again against all also am an and any are
  aren as at be because been before being below between both but by can cannot could couldn did
  didn do does doesn doing don down during each either else ever few for from further get got had
  hadn has hasn have haven having he her here hers herself him himself his how however i if in
  into is isn it its itself just let ll many may me might more most much must my myself neither no
  nor not now of off on once one only or other our ours ourselves out over own per please rather
  re same shall she should shouldn so some such tell than that the their theirs them themselves
  then there these they this those though through thus to too two under until up upon us ve very
  via was wasn we were weren what when where whether which while who whom whose why will with
  within without won would wouldn yet you your yours yourself`

export const RUSSIAN_STOP_WORDS = `а без более бы был была были было быть в вам вас весь во вот
  все всего всех всё вы где да даже для до его ее если есть еще её ещё ж же за здесь и из или им
  их к как какая какие какое какой каков какова кем когда которая которое которые который кто куда
  ли либо меня мне много может можно мой мы на над надо нам нас наш не него нее нет неё ни них но
  ну о об однако он она они оно от очень по под после при про с сам свой себя сколько со так такая
  такие такое такого такой также там те тем то того тоже той только том тот тут ты у уже чего чей
  чем через что чтобы чье чья эта эти это этого этой этом этот эту я`

/** Words with a meaning that stand in texts on anything; Russian ones in a form whose stem fits. */
export const ENGLISH_COMMON_WORDS = `able according act add age allow amount apply area ask
  available base become begin best better big book bring build call care carry case cause certain
  change choose clear come common compare complete condition consider contain continue control
  cost country course create current data date day decide decrease define demonstrate depend
  describe determine develop difference different direct document down early easy effect effective
  end ensure enough example exist expect explain fact far feel figure find first follow form found
  four full function general get give given go good great group grow hand happen head help high
  hold home hour human idea identify important improve include increase indicate individual
  information involve item keep kind know known lack large last late later lead learn least leave
  left less let level life like likely limit line list little live local long look lose lot low
  main major make man mean measure meet member method mind minute month move name national need
  never new next night note number occur offer often old open order page paper part particular pay
  people percent perform period person place plan play point possible potential present problem
  process produce program provide public put question quite rate read real reason receive recent
  reduce relate remain report require research result right role run say second section see seem
  self set several show significant similar simple since single small social sort specific stand
  start state still stop study subject suggest support sure system take talk term test thing think
  third thought three time today together total toward try turn type understand use used user
  usual value various view want water way week well whole wide word work world write wrong year
  young`

export const RUSSIAN_COMMON_WORDS = `большой быть важный вид время всякий второй год главный
  говорить дать дело день деньги детали документ должен другой жизнь иметь использовать каждый
  конец любой место метод многий мочь например начало небольшой несколько новый нужный общий один
  описание особый первый получить последний пример разный работа раздел результат самый сделать
  следующий слово случай способ страница таблица тип точка третий указать условие хороший часть
  человек число являться`
