"""What a server says, held against its vendor's document: `judging` finds departures, `probing` asks the questions."""
