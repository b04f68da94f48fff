"""The invented people of the demo."""

import random
from dataclasses import dataclass

FIRST_NAMES = {
    "F": "Ana Beatriz Camila Daniela Elisa Fernanda Gabriela Helena Isadora Juliana Larissa Mariana Natália Olívia "
    "Paula Rafaela Sofia Tainá Vitória Yasmin Aino Chiara Freya Ingrid Keiko Leila Noor Saoirse Thandiwe Zofia",
    "M": "André Bruno Caio Davi Eduardo Felipe Gustavo Henrique Igor João Kauã Lucas Mateus Nicolas Otávio Pedro "
    "Rafael Samuel Thiago Vinícius Amadou Björn Diego Emeka Haruto Jonas Karim Luca Oisín Stefan",
}
SURNAMES = (
    "Almeida Araújo Barbosa Cardoso Carvalho Costa Dias Esteves Ferreira Freitas Gomes Lima Lopes Machado Martins "
    "Melo Moreira Nascimento Nogueira Oliveira Pereira Pinto Ramos Ribeiro Rocha Santana Silveira Souza Teixeira "
    "Vieira Andersson Bianchi Diallo Fischer Kowalski Moreau Novák Okafor Østberg Sato Tanaka Zhang"
)
YOUNGEST, OLDEST = 17, 68


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who takes part in several events."""

    number: int  # from 1
    name: str
    sex: str  # F or M
    age: int
    pace: float  # seconds per kilometre on a flat road

    @property
    def external_id(self) -> str:
        """How the organiser knows this person across events."""
        return f"PS-{self.number:03}"

    @property
    def age_group(self) -> str:
        """The division by age."""
        return "16-29" if self.age < 30 else "30-39" if self.age < 40 else "40-49" if self.age < 50 else "50+"


def make_people(count: int, *, seed: int) -> list[Person]:
    """The same people for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (the demo is no secret)
    names: set[str] = set()
    people: list[Person] = []
    while len(people) < count:
        sex = chance.choice("FM")
        name = f"{chance.choice(FIRST_NAMES[sex].split())} {chance.choice(SURNAMES.split())}"
        if name in names:
            continue
        names.add(name)
        age = round(chance.triangular(YOUNGEST, OLDEST, 34))
        base = chance.triangular(205, 420, 310) + (22 if sex == "F" else 0) + max(0, age - 40) * 1.8
        people.append(Person(number=len(people) + 1, name=name, sex=sex, age=age, pace=base))
    return people
