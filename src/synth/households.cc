// Who lives together: parents, partners, children with their gaps and twins, grandparents, and how
// surnames run in a household.
#include <algorithm>
#include <cmath>

#include "synth/population.h"

namespace kinfold::synth {

namespace {

Culture draw_culture(RandomStream& random) {
  const double u = random.uniform();
  if (u < 0.780) return Culture::kBritish;
  if (u < 0.845) return Culture::kMuslim;
  if (u < 0.873) return Culture::kIndian;
  if (u < 0.905) return Culture::kAfrican;
  if (u < 0.925) return Culture::kCaribbean;
  if (u < 0.970) return Culture::kEastern;
  return Culture::kOther;
}

Sex draw_sex(RandomStream& random) { return random.chance(0.512) ? Sex::kMale : Sex::kFemale; }

Date born_years_before(Date day, double years, RandomStream& random) {
  return add_days(day, -static_cast<int>(years * 365.2425) - random.between(0, 27));
}

/// Adds people to one household and keeps their ids in order.
class Builder {
 public:
  Builder(Household& household, std::int64_t first_id, RandomStream& random)
      : household_(household), next_id_(first_id), random_(random) {}

  bool full() const { return household_.people.size() >= static_cast<std::size_t>(kPeopleMax); }

  Person& add(Sex sex, Culture culture, Relation relation, Date born, std::string surname) {
    Person person;
    person.id = next_id_++;
    person.sex = sex;
    person.relation = relation;
    person.culture = culture;
    person.born = born;
    const int year = to_ymd(born).year;
    do {
      person.forename = forename_of(sex, culture, year, random_);
    } while (taken(person.forename));
    if (random_.chance(culture == Culture::kBritish || culture == Culture::kCaribbean ? 0.72 : 0.35)) {
      person.middle = forename_of(sex, culture, year - 12, random_);
      if (person.middle == person.forename) person.middle.clear();
    }
    person.surname = std::move(surname);
    household_.people.push_back(std::move(person));
    return household_.people.back();
  }

 private:
  bool taken(const std::string& forename) const {
    return std::any_of(household_.people.begin(), household_.people.end(),
                       [&](const Person& other) { return other.forename == forename; });
  }

  Household& household_;
  std::int64_t next_id_;
  RandomStream& random_;
};

struct Parents {
  bool has_mother = true;
  bool has_father = true;
  bool married = false;
  bool step_father = false;  ///< The elder children bear another man's name.
  double mother_years = 35;  ///< Age on the day.
};

/// A wife's surname where it is not simply her husband's.
std::string wife_surname(const std::string& husband, Culture culture, RandomStream& random) {
  if (culture == Culture::kMuslim && random.chance(0.6)) {
    constexpr std::string_view kOwn[] = {"Begum", "Bibi", "Akhtar", "Khatun", "Kauser", "Parveen", "Sultana"};
    return std::string(kOwn[random.below(std::size(kOwn))]);
  }
  return feminine_surname(husband, culture);
}

void add_parents(Builder& builder, const Parents& parents, Culture culture, Date day,
                 const std::string& surname, RandomStream& random) {
  const Date mother_born = born_years_before(day, parents.mother_years, random);
  const Date father_born =
      born_years_before(day, std::max(18.3, parents.mother_years + 2.3 + random.normal() * 4), random);
  const Culture other = random.chance(0.9) ? culture : draw_culture(random);
  if (parents.has_mother) {
    const bool takes_name = parents.married && random.chance(0.88);
    const std::string own = parents.has_father ? feminine_surname(surname_of(culture, random), culture)
                                               : feminine_surname(surname, culture);
    auto& mother = builder.add(Sex::kFemale, culture, Relation::kHead, mother_born,
                               takes_name ? wife_surname(surname, culture, random) : own);
    if (takes_name) mother.former_surname = own;
    // A married woman may put both names together; a divorced one may have gone back to her own.
    if (takes_name && random.chance(0.05)) mother.surname = own + "-" + surname;
    if (!parents.has_father && random.chance(0.22)) {
      mother.former_surname = feminine_surname(surname_of(culture, random), culture);
    }
  }
  if (parents.has_father) {
    builder.add(Sex::kMale, other, parents.has_mother ? Relation::kPartner : Relation::kHead, father_born,
                parents.step_father ? surname_of(other, random) : surname);
  }
}

double child_gap_years(RandomStream& random) { return 1.1 + 3.2 * std::pow(random.uniform(), 1.3); }

/// Children from the eldest down, none born after `day`.
void add_children(Builder& builder, const Household& household, int child_count, double eldest_years,
                  const std::string& surname, const std::string& elder_surname, Date day,
                  RandomStream& random) {
  double years = eldest_years;
  const Culture culture = household.people.front().culture;
  for (int i = 0; i < child_count && years > 0.3 && !builder.full(); ++i) {
    const Date born = born_years_before(day, years, random);
    const bool elder = i < child_count / 2 + child_count % 2;
    const std::string& family_name = elder ? elder_surname : surname;
    const Sex sex = draw_sex(random);
    auto& child = builder.add(sex, culture, Relation::kChild, born,
                              sex == Sex::kFemale ? feminine_surname(family_name, culture) : family_name);
    if (elder && elder_surname != surname && random.chance(0.35)) {
      child.former_surname = child.surname;  // Took the younger half's name later.
      child.surname = sex == Sex::kFemale ? feminine_surname(surname, culture) : surname;
    }
    if (sex == Sex::kMale && random.chance(0.035)) {
      for (const auto& parent : household.people) {
        if (parent.sex == Sex::kMale && parent.relation != Relation::kChild) child.forename = parent.forename;
      }
    }
    if (random.chance(0.015) && !builder.full()) {
      const Sex twin = random.chance(0.65) ? sex : draw_sex(random);
      builder.add(twin, culture, Relation::kChild, born,
                  twin == Sex::kFemale ? feminine_surname(family_name, culture) : family_name);
    }
    years -= child_gap_years(random);
  }
}

int draw_child_count(RandomStream& random) {
  const double u = random.uniform();
  if (u < 0.33) return 1;
  if (u < 0.66) return 2;
  if (u < 0.85) return 3;
  if (u < 0.94) return 4;
  return u < 0.98 ? 5 : 6;
}

void settle(Household& household, int area, double hardship, RandomStream& random) {
  household.address = address_in(area, hardship, random);
  const double u = random.uniform();
  household.former_address = u < 0.55   ? address_near(household.address, random)
                             : u < 0.90 ? address_in(area, hardship, random)
                                        : address_in(3 + random.between(0, 1), 0, random);
}

/// Where both parents' names are put together for the children.
std::string children_surname(const std::string& mother_own, const std::string& father, RandomStream& random) {
  return random.chance(0.5) ? mother_own + "-" + father : father + "-" + mother_own;
}

void add_family(Household& household, Parents parents, int child_count, double eldest_years, Date day,
                std::int64_t first_id, RandomStream& random) {
  const Culture culture = draw_culture(random);
  Builder builder(household, first_id, random);
  const std::string surname = surname_of(culture, random);
  const double first_birth = std::clamp(24.5 + random.normal() * 5.2, 15.5, 43.0);
  parents.mother_years = std::max(18.3, eldest_years + first_birth);
  add_parents(builder, parents, culture, day, surname, random);
  std::string family_name = surname;
  const auto& head = household.people.front();
  const bool both = parents.has_mother && parents.has_father && !parents.married;
  if (both && (culture == Culture::kBritish || culture == Culture::kOther) && random.chance(0.09)) {
    family_name = children_surname(head.surname, surname, random);
  } else if (both && random.chance(0.3)) {
    family_name = head.surname;
  }
  std::string elder_name = family_name;
  if (parents.step_father || (!parents.has_father && random.chance(0.3)))
    elder_name = surname_of(culture, random);
  add_children(builder, household, child_count, eldest_years, family_name, elder_name, day, random);
  if (random.chance(0.04) && !builder.full()) {
    const Date born = born_years_before(day, parents.mother_years + 20 + 10 * random.uniform(), random);
    builder.add(random.chance(0.75) ? Sex::kFemale : Sex::kMale, culture, Relation::kOther, born, surname);
  }
}

}  // namespace

Household programme_household(int area, Date start, std::int64_t first_id, RandomStream& random) {
  Household household;
  const double kind = random.uniform();
  Parents parents;
  parents.has_father = kind > 0.46;
  parents.has_mother = kind < 0.95;
  parents.married = parents.has_father && kind > 0.66;
  parents.step_father = kind > 0.46 && kind < 0.56;
  // At least one child is under 18: the eldest may be older only if there are others.
  const int child_count = draw_child_count(random);
  const double eldest_max = child_count >= 3 ? 22.0 : 17.3;
  const double eldest_years = 1.0 + (eldest_max - 1.0) * std::pow(random.uniform(), 0.75);
  add_family(household, parents, child_count, eldest_years, start, first_id, random);
  const bool has_minor =
      std::any_of(household.people.begin(), household.people.end(), [&](const Person& person) {
        return person.relation == Relation::kChild && age_years(person.born, start) < 18;
      });
  if (!has_minor) {  // All who came were grown up: the youngest is made a child.
    for (auto& person : household.people) {
      if (person.relation == Relation::kChild) person.born = add_days(person.born, 8 * 365);
    }
  }
  settle(household, area, 0.7, random);
  return household;
}

Household other_household(Date today, std::int64_t first_id, RandomStream& random) {
  Household household;
  const double kind = random.uniform();
  if (kind < 0.56) {
    Parents parents;
    parents.has_father = kind > 0.14;
    parents.has_mother = kind < 0.545;
    parents.married = parents.has_father && kind > 0.27;
    parents.step_father = kind > 0.14 && kind < 0.17;
    const double eldest_years = 2.0 + 23.0 * random.uniform();
    add_family(household, parents, draw_child_count(random), eldest_years, today, first_id, random);
  } else {
    Parents parents;
    parents.has_father = kind > 0.70;
    parents.has_mother = kind < 0.86;
    parents.married = parents.has_father && kind > 0.76;
    parents.mother_years = 19.5 + 65 * std::pow(random.uniform(), 0.9);
    const Culture culture = draw_culture(random);
    Builder builder(household, first_id, random);
    add_parents(builder, parents, culture, today, surname_of(culture, random), random);
  }
  const double where = random.uniform();
  const int area = where < 0.38 ? 0 : where < 0.66 ? 1 : where < 0.86 ? 2 : where < 0.94 ? 3 : 4;
  settle(household, area, 0.2, random);
  return household;
}

}  // namespace kinfold::synth
