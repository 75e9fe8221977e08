#include "synth/unit_costs.h"

namespace kinfold::synth {

std::string unit_costs_csv() {
  // Greater Manchester unit cost database v1.4, rounded to pounds there; pence here. The core
  // assessment stands for a child protection plan. Confidence is our reading, not the database's.
  return "code,outcome,unit,value_pence,price_year,kind,bearer,source,confidence\n"
         "SS1.0,looked_after_19_24,child-year,5108000,2013/14,fiscal,local authority,GMCA unit cost database "
         "v1.4,high\n"
         "CR3.0,custody_adults_24,person-year,3378500,2013/14,fiscal,criminal justice system,GMCA unit cost "
         "database v1.4,high\n"
         "CR4.2,custody_juveniles_24,person-year,9478000,2013/14,fiscal,criminal justice system,GMCA unit "
         "cost database v1.4,high\n"
         "CR7.0,conviction_juveniles_24,incident,59300,2006/07,fiscal,police,GMCA unit cost database "
         "v1.4,medium\n"
         "E&E1.0.1,jsa_19_24,claimant-year,923400,2012/13,fiscal,DWP,GMCA unit cost database v1.4,high\n"
         "E&E1.0.2,jsa_19_24,claimant-year,56600,2012/13,fiscal,NHS,GMCA unit cost database v1.4,medium\n"
         "SS4.0.1,cpp_7_18,assessment,76000,2004/05,fiscal,local authority,GMCA unit cost database v1.4,low\n"
         "SS4.0.2,cpp_7_18,assessment,14000,2004/05,fiscal,other agencies,GMCA unit cost database v1.4,low\n";
}

}  // namespace kinfold::synth
