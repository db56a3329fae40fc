#include "app/cli/application.h"

int main(int argc, char **argv)
{
    return dank::cli::runApplication(argc, argv);
}
