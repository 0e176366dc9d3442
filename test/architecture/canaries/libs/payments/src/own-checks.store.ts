// breaks: fields-are-declared-in-one-way
import { IsEmail } from 'class-validator';
export const check = IsEmail;
