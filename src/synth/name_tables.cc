// The words behind the invented people. Order is popularity: the first is the most frequent. The
// orders and weights are invented; they have the shape of real ones, not the figures.
#include "synth/name_tables_internal.h"

namespace kinfold::synth {

namespace {

// Births before 1955.
constexpr std::string_view kBritishMale1 =
    "John David Michael Peter Robert Anthony Brian Alan William James Richard Kenneth Keith Roger Colin "
    "Christopher Raymond Terence Derek Barry Malcolm George Ronald Thomas Graham Geoffrey Patrick Trevor "
    "Edward Dennis Roy Donald Stephen Gordon Frederick Leslie Joseph Philip Charles Frank Norman Ian "
    "Stanley Eric Arthur Douglas Harold Gerald Albert Francis Clive Bernard Reginald Victor Ernest Cyril";
constexpr std::string_view kBritishFemale1 =
    "Margaret Patricia Christine Mary Jean Ann Susan Maureen Barbara Sheila Pauline Janet Carol Linda "
    "Valerie Sandra Elizabeth Kathleen Joan Dorothy Brenda Marion Joyce Shirley Judith Anne Jennifer "
    "Eileen Doreen Irene Gillian Rosemary Sylvia Hilary Marjorie Beryl Hazel Rita June Audrey Veronica "
    "Frances Josephine Norma Iris Ruth Helen Betty Jacqueline Lesley Moira Wendy Edna Gladys Olive Vera";
// 1955 to 1974.
constexpr std::string_view kBritishMale2 =
    "David Paul Andrew Mark John Michael Stephen Ian Robert Richard Peter Christopher Anthony Kevin Steven "
    "Gary Martin Simon Alan Philip Neil Graham Nigel Keith James Colin William Timothy Jonathan Brian Carl "
    "Wayne Darren Jason Adrian Sean Stuart Matthew Trevor Craig Lee Dean Daniel Nicholas Barry Raymond "
    "Duncan "
    "Gareth Patrick Julian Shaun Terry Russell Glenn Clive Karl Tony Derek Kenneth Malcolm Jeremy Guy Roy";
constexpr std::string_view kBritishFemale2 =
    "Susan Julie Karen Jacqueline Deborah Tracey Jane Helen Diane Sharon Angela Alison Tracy Caroline Amanda "
    "Sandra Linda Catherine Elizabeth Carol Joanne Wendy Janet Dawn Christine Nicola Sarah Michelle Lesley "
    "Debra Jennifer Lisa Gillian Maria Beverley Lorraine Paula Samantha Teresa Lynn Ann Louise Mandy "
    "Denise Anne Heather Jill Elaine Fiona Donna Margaret Patricia Yvonne Maxine Gail Bernadette Cheryl Ruth "
    "Andrea Kim Theresa Rachel Clare Hazel Marie Geraldine";
// 1975 to 1989.
constexpr std::string_view kBritishMale3 =
    "Christopher James David Daniel Michael Matthew Andrew Richard Paul Mark Thomas Adam Robert John Lee "
    "Benjamin "
    "Steven Jonathan Craig Stephen Simon Nicholas Peter Anthony Alexander Gary Ian Ryan Darren Barry Stuart "
    "Luke Gareth Jamie Ben Sean Kevin Ashley Dean Wayne Scott Jason Neil Martin Philip Joseph Stewart Karl "
    "Shaun Aaron Liam William Timothy Carl Marc Kieran Graham Lewis Damien Russell Samuel Joshua Leon Nathan "
    "Adrian Gavin Oliver Edward Robin Justin Ricky Terry Dale Danny";
constexpr std::string_view kBritishFemale3 =
    "Sarah Claire Emma Nicola Laura Rebecca Gemma Rachel Kelly Victoria Katherine Lisa Joanne Michelle "
    "Samantha "
    "Louise Natalie Hayley Clare Jennifer Stacey Amy Lindsay Kerry Zoe Leanne Donna Danielle Charlotte "
    "Stephanie "
    "Catherine Kirsty Lucy Vicky Helen Jodie Hannah Amanda Carly Jessica Melissa Lauren Natasha Rachael "
    "Tracy Sophie Dawn Kate Cheryl Tara Alison Elizabeth Karen Lyndsey Heather Fiona Jemma Tanya Toni Marie "
    "Maria Abigail Naomi Ruth Holly Alexandra Katie Sharon Paula Angela Kimberley";
// 1990 to 2002.
constexpr std::string_view kBritishMale4 =
    "Thomas Jack Joshua Daniel James Matthew Ryan Luke Samuel Jordan Adam Michael Alexander Christopher "
    "Benjamin "
    "Joseph Liam Jake William Andrew George Lewis Oliver David Robert Jamie Nathan Connor Jonathan Harry "
    "Callum Aaron Ashley Bradley Jacob Kieran Scott Sam Ben John Mark Dominic Charlie Kyle Reece Cameron "
    "Declan Shane Owen Rhys Dylan Brandon Curtis Alex Sean Max Joe Edward Elliot Toby Danny Louis Marcus "
    "Stephen Peter Anthony Craig Ross Jay Corey Mason Tyler Corin Bailey Zak Harvey Dean Perry Kane";
constexpr std::string_view kBritishFemale4 =
    "Rebecca Lauren Jessica Charlotte Hannah Sophie Amy Emily Laura Emma Chloe Sarah Lucy Katie Bethany "
    "Megan Jade Danielle Alice Abigail Olivia Samantha Stephanie Georgia Holly Natasha Rachel Shannon "
    "Kayleigh "
    "Eleanor Zoe Ellie Victoria Gemma Natalie Leah Molly Paige Hayley Grace Jodie Kirsty Courtney Nicole "
    "Melissa Stacey Amber Elizabeth Naomi Imogen Jasmine Caitlin Alexandra Harriet Rosie Kelly Amelia Anna "
    "Lydia Tara Ashleigh Rhiannon Yasmin Kate Robyn Chelsea Ella Mollie Toni Poppy Mia Carys Demi Kimberley "
    "Phoebe";
// 2003 and later.
constexpr std::string_view kBritishMale5 =
    "Jack Oliver Harry Charlie Thomas Joshua James William Alfie Daniel George Jacob Samuel Ethan Riley "
    "Lucas "
    "Max Noah Joseph Logan Mason Leo Tyler Archie Oscar Dylan Jayden Callum Luke Henry Alexander Isaac "
    "Freddie "
    "Liam Benjamin Lewis Jake Ryan Matthew Nathan Finley Connor Adam Theo Harrison Jamie Arthur Toby Harvey "
    "Edward Cameron Owen Michael Louis Rhys Reuben Zachary Bobby Kai Aaron Bradley Kian Ashton Leon Corey "
    "Brandon "
    "Elliot Sebastian Frankie Tommy Jude Blake Albert Teddy Jenson Rory Louie Kayden Jaxon Ellis Frederick "
    "Ollie "
    "Caleb Hugo Stanley Kyle Declan Ben Sam Reece Billy Ronnie Tobias Zac Rowan Felix";
constexpr std::string_view kBritishFemale5 =
    "Olivia Ruby Emily Chloe Amelia Jessica Lily Sophie Grace Mia Evie Ella Charlotte Lucy Isabella Megan "
    "Ellie "
    "Daisy Holly Poppy Hannah Freya Ava Isla Summer Phoebe Katie Abigail Millie Leah Molly Lacey Scarlett "
    "Erin "
    "Imogen Amy Isabelle Maisie Elizabeth Florence Sienna Alice Eva Keira Georgia Amber Lola Emma Bethany "
    "Lexi "
    "Rosie Matilda Eleanor Libby Lilly Layla Skye Gracie Jasmine Faith Maya Tilly Zara Harriet Paige Martha "
    "Niamh "
    "Madison Elsie Caitlin Lauren Heidi Nicole Tia Willow Ivy Rose Evelyn Thea Robyn Aimee Esme Violet "
    "Courtney Kayla Darcey Bella Amelie Tegan Neve Mollie Connie Nancy Eliza Hollie Penelope Harper Orla";
constexpr std::string_view kMuslimMale =
    "Mohammed Muhammad Mohammad Ali Ahmed Hassan Ibrahim Omar Usman Imran Abdul Hamza Bilal Yusuf Adam Asif "
    "Tariq "
    "Zain Amir Khalid Faisal Umar Hussain Haris Shahid Ayaan Rashid Kamran Zakariya Saqib Nadeem Adnan "
    "Zubair "
    "Musa Idris Waqas Arif Sajid Ismail Rehan Salman Iqbal Yasin Junaid Rizwan Abdullah Sami Danyal Rayyan "
    "Eesa";
constexpr std::string_view kMuslimFemale =
    "Fatima Aisha Maryam Zainab Khadija Amina Saima Nadia Ayesha Shazia Sana Hafsa Rukhsana Nasreen Shabana "
    "Samina "
    "Noor Zara Sumaya Iqra Farah Rabia Aaliyah Parveen Tahira Yasmin Sadia Bushra Inaya Safa Mariam Hira "
    "Alisha "
    "Farzana Naila Rehana Sidra Anisa Uzma Halima Fozia Safiya Tasnim Madiha Humaira Asma Laiba Hana Salma "
    "Sofia";
constexpr std::string_view kIndianMale =
    "Amit Raj Sanjay Rahul Arjun Vijay Gurpreet Harpreet Jaspreet Manpreet Sandeep Rajesh Sunil Anil Rohan "
    "Kiran Amar "
    "Balbir Dev Hardeep Kuldeep Nikhil Ravi Suresh Vikram Aryan Krishan Parminder Sukhdev Jagdeep Deepak "
    "Ashok "
    "Mohan Dinesh Karan Aarav Varun Harjit Baldev Bhavesh Hitesh Jatin Ketan Mitesh Paresh Nitin";
constexpr std::string_view kIndianFemale =
    "Priya Anita Sunita Meena Neha Pooja Simran Harpreet Manjit Jasvinder Rekha Nisha Kavita Seema Asha "
    "Geeta Rani "
    "Kiran Balvinder Amandeep Kamaljit Gurpreet Jaspreet Sukhvinder Anjali Diya Riya Ananya Shreya Hema Usha "
    "Jyoti "
    "Bhavna Hetal Komal Navdeep Parminder Pritpal Ravinder Surinder Tanvi Leela Maya Nikita Sonal Varsha";
constexpr std::string_view kAfricanMale =
    "Emmanuel Samuel David Daniel Joseph Michael Kwame Kofi Tunde Chidi Emeka Ibrahim Oluwaseun Ayodele "
    "Babatunde Chukwuma "
    "Femi Ikenna Kelechi Obinna Segun Yaw Kwabena Tendai Tinashe Farai Blessing Prince Moses Elijah Joshua "
    "Isaac "
    "Abdi Mustafa Yonas Dawit Solomon Jean-Pierre Patrice Olu Uche Nana Kojo Godfrey Innocent Tafadzwa";
constexpr std::string_view kAfricanFemale =
    "Grace Blessing Esther Mary Ruth Abena Akosua Ama Chioma Ngozi Adaeze Funmilayo Folake Yetunde Temitope "
    "Oluwatobi "
    "Amara Chiamaka Efua Ifeoma Kemi Nneka Sade Titilayo Rutendo Chipo Rudo Precious Mercy Patience Joy "
    "Comfort Faith "
    "Hodan Ayaan Amina Selam Hana Marie-Claire Esi Adwoa Bisi Uzoma Gloria Victoria Vimbai";
constexpr std::string_view kPolishMale =
    "Piotr Krzysztof Andrzej Tomasz Paweł Marcin Michał Jakub Jan Adam Mateusz Kamil Łukasz Kacper Szymon "
    "Filip Dawid "
    "Bartosz Maciej Rafał Grzegorz Robert Marek Wojciech Adrian Sebastian Antoni Oskar Damian Dariusz "
    "Mariusz Artur "
    "Aleksander Patryk Oliwier Igor Ion Andrei Mihai Alexandru Vasile Gheorghe Florin Marius Darius Tomas "
    "Lukas Jonas";
constexpr std::string_view kPolishFemale =
    "Anna Katarzyna Agnieszka Małgorzata Magdalena Joanna Monika Ewa Zofia Zuzanna Julia Maja Aleksandra "
    "Natalia Karolina "
    "Wiktoria Oliwia Alicja Patrycja Beata Dorota Iwona Justyna Paulina Sylwia Hanna Lena Amelia Gabriela "
    "Emilia Nikola "
    "Elena Maria Ioana Andreea Mihaela Daniela Cristina Alexandra Roxana Simona Rasa Jurgita Kristina Aneta "
    "Bożena";
constexpr std::string_view kOtherMale =
    "Wei Jun Ming João José Carlos Luís Pedro Rui Tiago Miguel André François René Ahmad Karim Reza Mehmet "
    "Mustafa Emre "
    "Can Minh Hoang Duc Chun-Hei Ka-Wai Marco Luca Giovanni Alessandro Diego Andrés Javier Sébastien Jérôme "
    "Hao Jian "
    "Yusuf Hakan Babak Dimitri Nikos Björn Jürgen Rubén Kai";
constexpr std::string_view kOtherFemale =
    "Mei Ling Maria Ana Inês Sofia Beatriz Fátima Zoë Chloé Renée Layla Zahra Parisa Ayşe Elif Emine Lan Thi "
    "Hong "
    "Ying Xin Mónica Lucía Carmen Paola Giulia Chiara Francesca Noémie Amélie Hélène Leila Shirin Nour Hui "
    "Yan Rosa "
    "Teresa Raquel Sílvia Eleni Ingrid Márcia Dalia Mina";

constexpr std::string_view kBritishSurnames =
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White "
    "Roberts Green Hall "
    "Wood Jackson Clarke Edwards Hughes Thomas Harris Lewis Turner Martin Cooper Hill Ward Morris Moore "
    "Clark Lee King Baker "
    "Harrison Morgan Allen James Scott Phillips Watson Davis Parker Price Bennett Young Griffiths Mitchell "
    "Kelly Cook Carter "
    "Richardson Bailey Collins Bell Shaw Murphy Miller Cox Richards Marshall Anderson Simpson Ellis Adams "
    "Wilkinson Foster Chapman Powell Webb Rogers Gray Mason Hunt Campbell Matthews Owen Palmer Holmes Mills "
    "Barnes Knight Lloyd Butler Russell Barker Fisher Stevens Jenkins Murray Dixon Harvey Graham Pearson "
    "Fletcher "
    "Walsh Gibson Howard Andrews Stewart Elliott Reynolds Saunders Payne Fox Ford Pearce Day Brooks West "
    "Lawrence Cole "
    "Atkinson Bradley Spencer Gill Dawson Watts Burton O'Brien Hart Rees Ryan Booth Grant Perry Wells "
    "Armstrong Francis "
    "Hayes Rose Macdonald O'Connor Carr Newman Hudson Cunningham Barrett Byrne Lane Webster Ball Riley Stone "
    "Hawkins "
    "Dunn Burke Porter Walters Woods Robertson Ross Cross Gardner Freeman Nicholson Sutton Bishop Burns "
    "Harding Reid Berry "
    "Wallace Houghton McDonald Hamilton Nelson Gordon Long Warren Doyle Matthew Bird Lynch O'Neill Kennedy "
    "Parsons Osborne "
    "Sharp Page Potter Stephenson Johnston Gregory McCarthy Austin Hopkins Slater Goodwin Kerr Bates Curtis "
    "Rowe Lowe "
    "Sullivan Coleman Wade Duncan Hewitt Nash Howell Todd Reed Poole Hodgson Hobbs Blake Mann Arnold "
    "Pritchard Cooke Dean "
    "Jennings Fuller Yates French Bryant Morton Cartwright Barton Bull Marsh Norton Bond Parry Sheppard "
    "Henderson "
    "Nicholls Davidson Stevenson Vaughan Lamb Thornton Heath Holland Buckley Hancock Tucker Bowen Cameron "
    "Dyer Clayton "
    "Leach Flynn Fraser Hammond Skinner Fowler Gallagher Hargreaves Wilkins Rhodes Paterson McKenzie "
    "Charlton Briggs "
    "Whitehead Perkins Rowley Bevan Daly Crawford Hale Haynes Kemp Franklin Griffin Sanders Stephens Hooper "
    "Power Bray "
    "Pollard Willis Ingram Peters Naylor Swift Townsend Humphreys Finch Cullen Nolan Brennan Quinn Duffy "
    "McLaughlin "
    "Rigby Ashton Farrell Baxter Healy Barlow Schofield Horton Hutchinson Preston Bolton Holt Kirk Mellor "
    "Ogden Bentley "
    "Hirst Beaumont Sykes Greenwood Sutcliffe Haigh Crossley Armitage Ackroyd Pickering Metcalfe Tate Robson "
    "Milburn "
    "Charlesworth Whittaker Dodd Leigh Massey Cheetham Brereton Dutton Davenport Moss Bostock Hulme Jepson "
    "Venables "
    "Prosser Gwilliam Probert Beavan Meredith Gough Preece Watkins Pugh Bufton Lello Weale Tudge Skyrme "
    "Gittins Bengry "
    "Postlethwaite Featherstonehaugh Cholmondeley Oldfield Entwistle Ramsbottom Winterbottom Higginbottom "
    "Sidebotham "
    "Longbottom Thistlethwaite St.John De_Souza Van_Dyke Le_Gros Fitzgerald Fitzpatrick O'Sullivan O'Donnell "
    "O'Reilly "
    "O'Hara O'Keefe McCann McGrath McGuire McMahon McNally MacLeod MacKenzie MacGregor McIntyre McKay McLean "
    "McPherson";
constexpr std::string_view kMuslimSurnames =
    "Khan Ahmed Hussain Ali Begum Akhtar Mahmood Malik Shah Iqbal Mohammed Bibi Rahman Miah Uddin Chowdhury "
    "Islam Rashid "
    "Aslam Qureshi Butt Mirza Siddiqui Choudhry Hassan Sheikh Ahmad Raja Anwar Aziz Hussein Javed Khatun "
    "Khalid Mehmood "
    "Nawaz Rafiq Saleem Shafiq Sultana Yousaf Zaman Ashraf Arshad Hanif Latif Majid Nazir Parvez Karim "
    "Kauser Bashir Baig "
    "Haider Abbas Abdullah Afzal Altaf Farooq Ghani Ilyas Jabeen Kazmi Munir Naqvi Raza Sadiq Tariq Younis "
    "Zafar";
constexpr std::string_view kIndianSurnames =
    "Singh Patel Kaur Sharma Shah Gill Sandhu Dhillon Sidhu Kumar Mistry Desai Grewal Joshi Parmar Chauhan "
    "Bains Gupta "
    "Mehta Rai Verma Johal Uppal Sahota Atwal Bhatt Chopra Dosanjh Kapoor Lal Modi Nair Panchal Rana Solanki "
    "Thakur Virdee "
    "Amin Bhogal Chahal Dhaliwal Hothi Jassal Kang Mann Nagra Purewal Randhawa Samra Trivedi Vyas";
constexpr std::string_view kAfricanSurnames =
    "Okafor Mensah Adeyemi Boateng Osei Owusu Okonkwo Adebayo Appiah Asante Balogun Eze Ibrahim Mohamed Moyo "
    "Ncube Ndlovu "
    "Nwosu Obi Ogunleye Okoye Oladipo Olawale Onyeka Opoku Sarpong Sibanda Traore Yeboah Abdi Ali Hassan "
    "Warsame Tesfaye "
    "Haile Kamara Sesay Conteh Banda Phiri Mutasa Dube Chukwu Agyemang Amoah Ofori Adjei Afolabi Bello "
    "Bangura Jallow "
    "Kalala Mbeki Mukendi Tshibangu Achebe Ekwueme Nnamdi";
constexpr std::string_view kPolishSurnames =
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
    "Kozłowski "
    "Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Pawłowski Michalski "
    "Król Wieczorek "
    "Jabłoński Wróbel Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski "
    "Witkowski "
    "Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski Popescu Ionescu Popa Radu Dumitru Stan "
    "Stoica "
    "Kazlauskas Petrauskas Jankauskas Bērziņš Kalniņš Ivanov Petrov Horváth Novák Kováč";
constexpr std::string_view kOtherSurnames =
    "Chen Wang Li Zhang Liu Wong Chan Cheung Lam Ng Leung Ho Nguyen Tran Le Pham Silva Santos Ferreira "
    "Pereira Costa Gonçalves "
    "Rodrigues Martins Fernandes Sousa García Rodríguez Martínez López Muñoz Núñez Yılmaz Kaya Demir Şahin "
    "Çelik Rossi Russo "
    "Ferrari Müller Schröder Hosseini Ahmadi Karimi Haddad Nasser Mansour Papadopoulos Georgiou Dubois "
    "Lefèvre Gauthier "
    "Åkesson Sørensen Özdemir Barzani Amini Rahimi Sato";
constexpr std::string_view kPlacePrefixes =
    "Ash Bar Black Brad Brook Burn Cald Car Chad Clay Cold Craw Den Dray East El Fair Farn Fen Gar Glad "
    "Green Hal Ham Har "
    "Hart Hay Hazel Heath High Hol Horn Hurst Kirk Lang Led Lin Long Lud Mar Mid Mill Moor New Nor Oak Old "
    "Pen Pres Rad Raw "
    "Red Rush Sal Shaw Shel Shef Stan Stap Stock Stone Swin Thorn Thur Tid Wake Wal Wat Wes Wheat Whit Win "
    "Wood Wy Yard";
constexpr std::string_view kPlaceSuffixes =
    "ley ton ford well worth field wood ham by shaw bury combe den dale man er burn brook stead bridge "
    "cliffe land wick thorpe "
    "house more";
constexpr std::string_view kNicknames =
    "James:Jim,Jimmy,Jamie William:Will,Bill,Billy,Liam Robert:Rob,Bob,Bobby,Robbie "
    "Richard:Rich,Rick,Ricky,Dick "
    "Thomas:Tom,Tommy Michael:Mike,Mick,Mickey Christopher:Chris,Kit Matthew:Matt Andrew:Andy,Drew "
    "David:Dave,Davey "
    "Daniel:Dan,Danny Joseph:Joe,Joey Anthony:Tony,Ant Stephen:Steve,Stevie Steven:Steve,Stevie "
    "Benjamin:Ben,Benny "
    "Samuel:Sam,Sammy Joshua:Josh Jonathan:Jon,Jonny Nicholas:Nick,Nicky Edward:Ed,Eddie,Ted,Teddy "
    "Alexander:Alex,Sandy,Xander "
    "Charles:Charlie,Chas Frederick:Fred,Freddie George:Georgie Henry:Harry,Hal Harold:Harry "
    "John:Jack,Johnny Kenneth:Ken "
    "Ronald:Ron,Ronnie Raymond:Ray Peter:Pete Philip:Phil Timothy:Tim Terence:Terry Leslie:Les Gerald:Gerry "
    "Patrick:Pat,Paddy "
    "Albert:Bert,Albie Arthur:Art,Artie Archie:Arch Nathan:Nate Zachary:Zac,Zak Bradley:Brad Cameron:Cam "
    "Connor:Con "
    "Gregory:Greg Geoffrey:Geoff Ashley:Ash Lewis:Lew Louis:Lou Maxwell:Max Oliver:Ollie Jacob:Jake "
    "Theo:Teddy "
    "Elizabeth:Liz,Beth,Lizzie,Betty,Eliza Margaret:Maggie,Meg,Peggy Catherine:Cath,Kate,Cathy "
    "Katherine:Kate,Kathy,Katie,Kath "
    "Patricia:Pat,Trish,Tricia Susan:Sue,Susie Christine:Chris,Chrissie Jennifer:Jen,Jenny "
    "Rebecca:Becky,Becca Jessica:Jess,Jessie "
    "Samantha:Sam,Sammy Victoria:Vicky,Tori,Vicki Stephanie:Steph Jacqueline:Jackie,Jacqui "
    "Deborah:Debbie,Deb Angela:Angie "
    "Abigail:Abi,Abbie,Gail Charlotte:Lottie,Charlie Isabella:Bella,Izzy Isabelle:Izzy,Belle "
    "Amelia:Millie,Amy Eleanor:Ellie,Nell,Nora "
    "Emily:Em,Emmy Hannah:Han Bethany:Beth Georgia:Georgie Natalie:Nat Natasha:Tasha,Nat Danielle:Dani "
    "Alexandra:Alex,Sandra,Lexi "
    "Joanne:Jo Josephine:Jo,Josie Kimberley:Kim Kathleen:Kath,Kathy Pamela:Pam Sandra:Sandy Valerie:Val "
    "Michelle:Shell Theresa:Terri,Tess "
    "Teresa:Terri,Tess Melissa:Mel Olivia:Liv,Livvy Matilda:Tilly Phoebe:Phebs Madison:Maddie Imogen:Immy "
    "Nicola:Nicky,Nic "
    "Mohammed:Mo,Mohamed Muhammad:Mo,Mohammad Mohammad:Mo,Muhammed Abdullah:Abdul Ibrahim:Ibby "
    "Aleksandra:Ola Katarzyna:Kasia "
    "Małgorzata:Gosia Krzysztof:Kris Piotr:Peter Tomasz:Tom Harpreet:Harry Gurpreet:Gary Emmanuel:Manny "
    "Oluwaseun:Seun";

constexpr std::string_view kStreetNames =
    "High Station Church Park Victoria Albert Mill Queen King George New Manor Chapel School London York "
    "Windsor Grange Green "
    "Springfield Oak Beech Elm Ash Cedar Maple Birch Willow Hawthorn Acacia Laburnum Chestnut Lime Poplar "
    "Rowan Holly Orchard "
    "Meadow Riverside Canal Bridge Foundry Tannery Quarry Kiln Forge Brewery Market Cross Castle Priory "
    "Abbey Monks Bishop "
    "Vicarage Rectory Cromwell Nelson Wellington Waterloo Trafalgar Alma Balmoral Sandringham Osborne "
    "Clarence Cambridge "
    "Oxford Derby Stafford Shrewsbury Ludlow Hereford Lancaster Warwick Salisbury Lincoln Gladstone Disraeli "
    "Churchill Attlee "
    "Bevan Keir Hardie Wordsworth Keats Byron Shelley Tennyson Milton Dryden Kipling Brontë Chaucer Elgar "
    "Purcell "
    "Kestrel Heron Kingfisher Swallow Skylark Linnet Curlew Lapwing Mallard Swan Fox Badger Larch Sycamore "
    "Hazel Juniper "
    "Northgate Southgate Eastgate Westgate Broad Long Cow Sheep Wood Lower Upper Hill Valley Brook Well "
    "Spring Lea Field";
constexpr std::string_view kStreetTypes =
    "Street Road Avenue Close Drive Lane Court Way Crescent Place Gardens Grove Terrace Walk Rise View Mews "
    "Square";
constexpr std::string_view kTowns =
    "Aldermoor Brackley_Heath Castlebourne Dunsley Eddisham Farrowby Great_Ormley Haverthwaite Ingleham "
    "Kelderby Lower_Wenlow "
    "Marlsbridge Netherby Ottersford Penwardine Quarnstead Ravenstowe Stokeminster Thornley_Green "
    "Upper_Wenlow Vale_Cross "
    "Wharrington Yarrowdale Brindlecote Cawthby Deepmere Elmswick Fenbury Garstone Hollinfare Kingsmarsh "
    "Leamouth";
constexpr std::string_view kHouseNames =
    "Rose Ivy Orchard Church Mill Honeysuckle Hill_Top Brook Well Old_School Woodbine The_Old Primrose "
    "Bramble Yew_Tree Keeper's";

struct Named {
  NameList which;
  std::string_view words;
};
constexpr Named kLists[] = {
    {NameList::kBritishMale1, kBritishMale1},
    {NameList::kBritishMale2, kBritishMale2},
    {NameList::kBritishMale3, kBritishMale3},
    {NameList::kBritishMale4, kBritishMale4},
    {NameList::kBritishMale5, kBritishMale5},
    {NameList::kBritishFemale1, kBritishFemale1},
    {NameList::kBritishFemale2, kBritishFemale2},
    {NameList::kBritishFemale3, kBritishFemale3},
    {NameList::kBritishFemale4, kBritishFemale4},
    {NameList::kBritishFemale5, kBritishFemale5},
    {NameList::kMuslimMale, kMuslimMale},
    {NameList::kMuslimFemale, kMuslimFemale},
    {NameList::kIndianMale, kIndianMale},
    {NameList::kIndianFemale, kIndianFemale},
    {NameList::kAfricanMale, kAfricanMale},
    {NameList::kAfricanFemale, kAfricanFemale},
    {NameList::kPolishMale, kPolishMale},
    {NameList::kPolishFemale, kPolishFemale},
    {NameList::kOtherMale, kOtherMale},
    {NameList::kOtherFemale, kOtherFemale},
    {NameList::kBritishSurnames, kBritishSurnames},
    {NameList::kMuslimSurnames, kMuslimSurnames},
    {NameList::kIndianSurnames, kIndianSurnames},
    {NameList::kAfricanSurnames, kAfricanSurnames},
    {NameList::kPolishSurnames, kPolishSurnames},
    {NameList::kOtherSurnames, kOtherSurnames},
    {NameList::kPlacePrefixes, kPlacePrefixes},
    {NameList::kPlaceSuffixes, kPlaceSuffixes},
    {NameList::kNicknames, kNicknames},
    {NameList::kStreetNames, kStreetNames},
    {NameList::kStreetTypes, kStreetTypes},
    {NameList::kTowns, kTowns},
    {NameList::kHouseNames, kHouseNames},
};

}  // namespace

std::vector<std::string> name_list(NameList which) {
  std::vector<std::string> words;
  for (const auto& list : kLists) {
    if (list.which != which) continue;
    std::string word;
    for (const char c : list.words) {
      if (c == ' ') {
        words.push_back(std::move(word));
        word.clear();
      } else {
        word += c == '_' ? ' ' : c;
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace kinfold::synth
