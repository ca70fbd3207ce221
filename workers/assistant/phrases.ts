/** What the assistant says in its own words, per language, and how a language is guessed. Pure. */
import type { Language } from './schemas.ts'

interface Phrases {
  /** Nothing works. */
  sorry: string
  /** The model had nothing to say. */
  noAnswer: string
  /** Said while a tool takes its time. */
  oneMoment: string
  /** The conversation has had all its turns. */
  farewell: string
}

const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: {
    sorry: 'Sorry, something went wrong. Please try again later.',
    noAnswer: 'I have no answer to that.',
    oneMoment: 'One moment, please.',
    farewell: 'That was our last question in this conversation. Thank you, and goodbye.',
  },
  ru: {
    sorry: 'Извините, произошла ошибка. Попробуйте позже.',
    noAnswer: 'У меня нет ответа на этот вопрос.',
    oneMoment: 'Одну минуту, пожалуйста.',
    farewell: 'Это был последний вопрос в этой беседе. Спасибо и до свидания.',
  },
  de: {
    sorry: 'Entschuldigung, etwas ist schiefgegangen. Bitte versuchen Sie es später noch einmal.',
    noAnswer: 'Darauf habe ich keine Antwort.',
    oneMoment: 'Einen Moment, bitte.',
    farewell: 'Das war die letzte Frage in diesem Gespräch. Vielen Dank und auf Wiedersehen.',
  },
  es: {
    sorry: 'Lo siento, algo ha fallado. Inténtelo de nuevo más tarde.',
    noAnswer: 'No tengo respuesta para eso.',
    oneMoment: 'Un momento, por favor.',
    farewell: 'Esa fue la última pregunta de esta conversación. Gracias y hasta luego.',
  },
  fr: {
    sorry: 'Désolé, une erreur est survenue. Veuillez réessayer plus tard.',
    noAnswer: 'Je n’ai pas de réponse à cela.',
    oneMoment: 'Un instant, s’il vous plaît.',
    farewell: 'C’était la dernière question de cette conversation. Merci et au revoir.',
  },
}

export const phrasesIn = (language: Language): Phrases => PHRASES[language]

/** As far as its letters tell. */
export const languageOf = (text: string): Language =>
  /\p{Script=Cyrillic}/u.test(text) ? 'ru' : 'en'
