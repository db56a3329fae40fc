// What `dank --help` is compared with: the least that a C++ program does.
#include <iostream>

int main()
{
    std::cout << "Learns from memes and their upvotes, and rates how dank others are.\n";
}
