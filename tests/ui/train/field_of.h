#pragma once

#include <QWidget>

namespace dank::test {

/// The field of that accessible name.
template <typename Field>
Field *fieldOf(const QWidget &settings, const char *name)
{
    for (Field *field : settings.findChildren<Field *>())
        if (field->accessibleName() == QLatin1String(name))
            return field;
    qFatal("no field %s", name);
}

}  // namespace dank::test
