#include "app/cli/application.h"
#include "core/engine/loader.h"

int main(int argc, char **argv)
{
    dank::letThreadsSleep();
    return dank::cli::runApplication(argc, argv);
}
