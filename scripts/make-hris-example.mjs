#!/usr/bin/env node
// Writes examples/hris/people.csv: made-up people, always the same ones, with the dirt that real exports have.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FIRST =
  'Ada,Björn,Céline,Dmitri,Elif,Fiona,Günther,Hélène,Iñigo,Jürgen,Katarzyna,Łukasz,Mårten,Nadia,Øystein,Priya,Quentin,Renée,Søren,Teresa,Ümit,Věra,Wei,Ximena,Yusuf,Zoë'.split(
    ',',
  )
const LAST =
  "Abel,Brontë,Çelik,Dvořák,Ekström,Fernández,Größe,Hansen,Ivanova,Jansen,Kowalska,Lefèvre,Müller,Novák,O'Brien,Petersen,Quispe,Rossi,Šimić,Tanaka,Urban,Vogel,Weiß,Xu,Yılmaz,Zimmermann".split(
    ',',
  )
const DEPARTMENTS = ['Engineering', 'Sales', 'People', 'Finance', 'Support', 'Operations']
const ASCII = { ß: 'ss', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', ı: 'i' }

const ascii = (text) =>
  text
    .replace(/[ßøØłŁı]/g, (letter) => ASCII[letter])
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()
const two = (number) => String(number).padStart(2, '0')
const cell = (text) => (/[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

function person(number) {
  const first = FIRST[(number * 7) % FIRST.length]
  const last = LAST[(number * 11 + Math.floor(number / FIRST.length)) % LAST.length]
  const login = `${ascii(first)}.${ascii(last)}${number}`
  return {
    employee_id: String(number).padStart(6, '0'),
    first_name: first,
    last_name: last,
    login,
    email: `${login}@people-x.example`,
    department: DEPARTMENTS[number % DEPARTMENTS.length],
    role: number % 40 === 0 ? 'Administrator' : number % 9 === 0 ? 'Editor' : 'User',
    hire_date: `${two((number % 28) + 1)}.${two((number % 12) + 1)}.${2012 + (number % 13)}`,
    left_on: '',
    note: '',
  }
}

const people = Array.from({ length: 320 }, (_, index) => person(index + 1))
const change = (number, fields) => Object.assign(people[number - 1], fields)
change(17, { note: 'Works from Zürich;\r\nback in "spring"' })
change(42, { email: 'dmitri.ivanova42(at)people-x.example' })
change(77, { role: 'Contractor (ext.)' })
change(101, { left_on: '31.10.2026', note: 'Left' })
change(203, { email: ' Spaces.Around@people-x.example ' })

const header = Object.keys(people[0])
const lines = [header, ...people.map((row) => header.map((name) => row[name]))].map((cells) =>
  cells.map(cell).join(';'),
)
writeFileSync(join(import.meta.dirname, '../examples/hris/people.csv'), `\uFEFF${lines.join('\r\n')}\r\n`)
